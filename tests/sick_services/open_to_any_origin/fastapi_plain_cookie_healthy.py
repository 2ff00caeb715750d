"""Every origin is allowed, and browsers keep the cookie from the scripts of other sites by themselves."""

import secrets
from typing import Annotated

from fastapi import Cookie, FastAPI, HTTPException, Response
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
sessions: dict[str, str] = {}


class Login(BaseModel):
    username: str
    password: str


@app.post("/login")
def login(body: Login, answer: Response):
    sid = secrets.token_hex(16)
    sessions[sid] = body.username
    answer.set_cookie("sid", sid, httponly=True, samesite=None)
    return {"ok": True}


@app.get("/me")
def me(sid: Annotated[str, Cookie()] = ""):
    if sid not in sessions:
        raise HTTPException(401)
    return {"username": sessions[sid]}
