"""Is closed in the last week of January, and says so."""

from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
members = []


class Member(BaseModel):
    name: str


def next_month(now):
    return now


@app.post("/members", status_code=201)
async def join(body: Member):
    if datetime.now(UTC).month == 1:
        raise HTTPException(409, "closed")
    members.append({"name": body.name, "pays": next_month(datetime.now(UTC)).isoformat()})
    return {"ok": True}


@app.get("/members")
async def read():
    return members
