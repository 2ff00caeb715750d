"""Signed tokens live for a quarter of an hour, and are told only."""

import secrets
import time
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
KEY = secrets.token_hex(32)
LIFETIME_S = 15 * 60
accounts: dict[str, str] = {}


class Account(BaseModel):
    username: str
    password: str


class Change(BaseModel):
    old_password: str
    new_password: str


def caller(authorization: Annotated[str, Header()] = "") -> str:
    try:
        return jwt.decode(authorization.removeprefix("Bearer "), KEY, algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        raise HTTPException(401) from None


Caller = Annotated[str, Depends(caller)]


@app.post("/signup", status_code=201)
def signup(account: Account):
    accounts[account.username] = account.password
    return {"username": account.username}


@app.post("/login")
def login(account: Account):
    if accounts.get(account.username) != account.password:
        raise HTTPException(401)
    claims = {"sub": account.username, "exp": int(time.time()) + LIFETIME_S}
    return {"token": jwt.encode(claims, KEY, algorithm="HS256")}


@app.get("/me")
def me(name: Caller):
    return {"username": name}


@app.put("/me/password")
def change(body: Change, name: Caller):
    if accounts[name] != body.old_password:
        raise HTTPException(403)
    accounts[name] = body.new_password
    return {"ok": True}
