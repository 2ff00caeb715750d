"""The login tells a word that each transfer has to repeat, which no other site can know."""

import json
import secrets
from typing import Annotated

from fastapi import Cookie, FastAPI, HTTPException, Request, Response
from pydantic import BaseModel

app = FastAPI()
sessions: dict[str, str] = {}
words: dict[str, str] = {}
sent: dict[str, list[int]] = {}


class Login(BaseModel):
    username: str
    password: str


@app.post("/login")
def login(body: Login, answer: Response):
    sid = secrets.token_hex(16)
    sessions[sid] = body.username
    answer.set_cookie("sid", sid, httponly=True, samesite="none", secure=True)
    words[sid] = secrets.token_hex(16)
    return {"repeat": words[sid]}


@app.post("/transfers")
async def transfer(request: Request, sid: Annotated[str, Cookie()] = ""):
    if sid not in sessions:
        raise HTTPException(401)
    asked = json.loads(await request.body())
    if asked.get("repeat") != words[sid]:
        raise HTTPException(403)
    sent.setdefault(sessions[sid], []).append(int(asked["amount"]))
    return {"ok": True}


@app.get("/transfers")
def transfers(sid: Annotated[str, Cookie()] = ""):
    if sid not in sessions:
        raise HTTPException(401)
    return {"sent": sent.get(sessions[sid], [])}
