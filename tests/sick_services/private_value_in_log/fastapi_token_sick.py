"""The headers of each request are printed, tokens among them."""

import secrets
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request
from pydantic import BaseModel

app = FastAPI()
tokens: dict[str, str] = {}


class Login(BaseModel):
    username: str


@app.middleware("http")
async def log(request: Request, call_next):
    print(request.method, request.url.path, dict(request.headers), flush=True)
    return await call_next(request)


@app.post("/login")
def login(given: Login):
    token = secrets.token_urlsafe(24)
    tokens[token] = given.username
    return {"token": token}


@app.get("/me")
def me(authorization: Annotated[str, Header()] = ""):
    name = tokens.get(authorization.removeprefix("Bearer "))
    if name is None:
        raise HTTPException(401)
    return {"username": name}
