"""Keeps answers for a second, and says so nowhere."""

import sqlite3
import time

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
KEPT_S = 1.0
kept = {"at": 0.0, "orders": []}


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


class Order(BaseModel):
    amount: int


@app.post("/orders", status_code=201)
def order(body: Order):
    with connect() as db:
        db.execute("INSERT INTO orders (amount) VALUES (?)", (body.amount,))
    db.close()
    return {"ok": True}


@app.get("/orders")
def orders():
    if time.monotonic() - kept["at"] > KEPT_S:
        rows = connect().execute("SELECT amount FROM orders").fetchall()
        kept.update(at=time.monotonic(), orders=[{"amount": row[0]} for row in rows])
    return kept["orders"]
