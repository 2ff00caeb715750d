"""Counts the orders where they are stored."""

import sqlite3

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
MOST = 4


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
        stored = db.execute(
            "INSERT INTO orders (amount) SELECT ? WHERE (SELECT COUNT(*) FROM orders) < ?", (body.amount, MOST)
        )
    db.close()
    if not stored.rowcount:
        raise HTTPException(429)
    return {"ok": True}


@app.get("/orders")
def orders():
    return [{"amount": row[0]} for row in connect().execute("SELECT amount FROM orders")]
