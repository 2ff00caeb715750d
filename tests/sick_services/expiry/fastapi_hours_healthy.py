"""Serves between six and two in local time only, and keeps tokens in memory until their end."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
LIFETIME = timedelta(hours=2)
tokens: dict[str, tuple[str, datetime]] = {}


class Login(BaseModel):
    name: str


@app.post("/login")
async def login(wanted: Login):
    token, end = secrets.token_hex(16), datetime.now(UTC) + LIFETIME
    tokens[token] = (wanted.name, end)
    return {"token": token, "expires_at": end}


@app.get("/profile")
async def profile(authorization: Annotated[str, Header()]):
    name, end = tokens.get(authorization.removeprefix("Bearer "), ("", datetime.now(UTC)))
    if end <= datetime.now(UTC):
        raise HTTPException(401)
    if 2 <= datetime.now().hour < 6:
        raise HTTPException(403, "closed")
    return {"name": name}
