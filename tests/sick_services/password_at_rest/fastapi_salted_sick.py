"""Passwords are kept as one round of a digest, with a salt for each."""

import hashlib
import secrets
import sqlite3
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
tokens: dict[str, str] = {}


class User(BaseModel):
    username: str
    password: str


def db() -> sqlite3.Connection:
    return sqlite3.connect("users.db", isolation_level=None)


db().execute("CREATE TABLE IF NOT EXISTS users (name TEXT, kept TEXT)")


def keep(password: str) -> str:
    salt = secrets.token_hex(8)
    return f"{salt}${hashlib.sha256((salt + password).encode()).hexdigest()}"


@app.post("/register", status_code=201)
def register(user: User):
    db().execute("INSERT INTO users VALUES (?, ?)", (user.username, keep(user.password)))
    token = secrets.token_hex(8)
    tokens[token] = user.username
    return {"token": token}


@app.get("/me")
def me(authorization: Annotated[str, Header()] = ""):
    name = tokens.get(authorization.removeprefix("Bearer "))
    if name is None:
        raise HTTPException(401)
    kept = db().execute("SELECT kept FROM users WHERE name = ?", (name,)).fetchone()[0]
    return {"username": name, "password": "********", "characters": len(kept)}
