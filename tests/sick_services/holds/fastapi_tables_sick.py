"""Tables are held for minutes by what the answer says, and for ever by what is looked at."""

import secrets
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
guests: dict[str, str] = {}
held: dict[str, tuple[str, datetime]] = {}


class Account(BaseModel):
    email: str
    password: str


class Wish(BaseModel):
    table: str


@app.post("/login")
async def login(account: Account):
    token = secrets.token_hex(16)
    guests[token] = account.email
    return {"token": token}


@app.post("/reservations", status_code=201)
async def reserve(wish: Wish, authorization: str = Header("")):
    guest = guests.get(authorization.removeprefix("Bearer "))
    if guest is None:
        raise HTTPException(401)
    now = datetime.now(UTC)
    if wish.table in held:
        raise HTTPException(409, "already reserved")
    held[wish.table] = (guest, now + timedelta(minutes=15))
    return {"reservation": {"table": wish.table, "expires_at": held[wish.table][1].isoformat()}}
