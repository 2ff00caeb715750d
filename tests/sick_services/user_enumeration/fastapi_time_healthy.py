"""The password is hashed for every name."""

import hashlib

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
users: dict[str, bytes] = {}


class Login(BaseModel):
    username: str
    password: str


def hashed(password: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), b"a salt for all", 30_000)


@app.post("/register", status_code=201)
def register(body: Login):
    users[body.username] = hashed(body.password)
    return {"username": body.username}


@app.post("/login")
def login(body: Login):
    given = hashed(body.password)
    if users.get(body.username) != given:
        raise HTTPException(401, "wrong name or password")
    return {"token": "t"}
