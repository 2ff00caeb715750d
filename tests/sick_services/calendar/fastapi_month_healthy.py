"""Takes the first of the next month."""

from datetime import UTC, datetime

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
members = []


class Member(BaseModel):
    name: str


def next_month(now):
    return now.replace(year=now.year + now.month // 12, month=now.month % 12 + 1, day=1)


@app.post("/members", status_code=201)
async def join(body: Member):
    members.append({"name": body.name, "pays": next_month(datetime.now(UTC)).isoformat()})
    return {"ok": True}


@app.get("/members")
async def read():
    return members
