"""Signed tokens end after an hour."""

import secrets
from datetime import UTC, datetime, timedelta

import jwt
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
KEY = secrets.token_hex(32)
accounts: dict[str, str] = {}


class Account(BaseModel):
    username: str
    password: str


@app.post("/signup", status_code=201)
def signup(account: Account):
    accounts[account.username] = account.password
    return {"username": account.username}


@app.post("/login")
def login(account: Account):
    if accounts.get(account.username) != account.password:
        raise HTTPException(401)
    return {
        "token": jwt.encode(
            {"sub": account.username, "exp": datetime.now(UTC) + timedelta(hours=1)}, KEY, algorithm="HS256"
        )
    }


@app.get("/me")
def me(authorization: str = Header("")):
    try:
        return {"username": jwt.decode(authorization.removeprefix("Bearer "), KEY, algorithms=["HS256"])["sub"]}
    except jwt.PyJWTError:
        raise HTTPException(401) from None
