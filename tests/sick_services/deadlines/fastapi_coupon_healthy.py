"""Stores deadlines in UTC."""

import sqlite3
from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException
from pydantic import AwareDatetime, BaseModel

app = FastAPI()


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS coupons (code TEXT PRIMARY KEY, expires_at TEXT)")
db.close()


class Coupon(BaseModel):
    code: str
    expires_at: AwareDatetime | None = None


class Order(BaseModel):
    coupon: str


@app.post("/coupons", status_code=201)
def create(body: Coupon):
    ends = body.expires_at and body.expires_at.astimezone(UTC).replace(tzinfo=None).isoformat()
    with connect() as db:
        db.execute("INSERT INTO coupons VALUES (?, ?)", (body.code, ends))
    db.close()
    return {"code": body.code}


@app.post("/orders", status_code=201)
def order(body: Order):
    row = connect().execute("SELECT expires_at FROM coupons WHERE code = ?", (body.coupon,)).fetchone()
    if row is None:
        raise HTTPException(404)
    now = datetime.now(UTC).replace(tzinfo=None)
    if row[0] and datetime.fromisoformat(row[0]) < now:
        raise HTTPException(410)
    return {"ok": True}
