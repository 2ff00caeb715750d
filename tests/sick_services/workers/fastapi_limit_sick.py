"""Counts in memory how many orders a client may still make."""

import sqlite3
from collections import Counter

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
made = Counter()
MOST = 4


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


class Order(BaseModel):
    amount: int


@app.post("/orders", status_code=201)
def order(body: Order, user_agent: str = Header("")):
    if made[user_agent] >= MOST:
        raise HTTPException(429)
    made[user_agent] += 1
    with connect() as db:
        db.execute("INSERT INTO orders (amount) VALUES (?)", (body.amount,))
    db.close()
    return {"ok": True}


@app.get("/orders")
def orders():
    return [{"amount": row[0]} for row in connect().execute("SELECT amount FROM orders")]
