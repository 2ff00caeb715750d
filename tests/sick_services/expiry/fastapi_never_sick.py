"""Says how long a token is good, and never looks."""

import secrets
import sqlite3
import time
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
LIFETIME_S = 3600


def connect():
    return sqlite3.connect("tokens.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, name TEXT, expires_at REAL)")
db.close()


class Login(BaseModel):
    name: str


@app.post("/login")
def login(wanted: Login):
    token = secrets.token_hex(16)
    with connect() as db:
        db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (token, wanted.name, time.time() + LIFETIME_S))
    db.close()
    return {"token": token, "expires_in": LIFETIME_S}


@app.get("/profile")
def profile(authorization: Annotated[str, Header()]):
    token = authorization.removeprefix("Bearer ")
    row = connect().execute("SELECT name FROM tokens WHERE token = ?", (token,)).fetchone()
    if row is None:
        raise HTTPException(401)
    return {"name": row[0]}
