"""The logout ends the token."""

import secrets
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
tokens: dict[str, str] = {}


class Login(BaseModel):
    username: str
    password: str


def caller(authorization: str) -> str:
    token = authorization.removeprefix("Bearer ")
    if token not in tokens:
        raise HTTPException(401)
    return token


@app.post("/login")
def login(body: Login):
    token = secrets.token_hex(16)
    tokens[token] = body.username
    return {"token": token}


@app.get("/me")
def me(authorization: Annotated[str, Header()] = ""):
    return {"username": tokens[caller(authorization)]}


@app.post("/logout")
def logout(authorization: Annotated[str, Header()] = ""):
    del tokens[caller(authorization)]
    return {"ok": True}
