"""Keeps orders where all processes see them; what a client has left of a minute, each process counts itself."""

import sqlite3

from fastapi import FastAPI, Request
from pydantic import BaseModel

app = FastAPI()
plan = {"left": 1000}


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


class Order(BaseModel):
    amount: int


@app.middleware("http")
async def count(request: Request, call_next):
    if request.method == "POST":
        plan["left"] -= 1
    return await call_next(request)


@app.post("/orders", status_code=201)
def order(body: Order):
    with connect() as db:
        db.execute("INSERT INTO orders (amount) VALUES (?)", (body.amount,))
    db.close()
    return {"ok": True}


@app.get("/orders")
def orders():
    rows = connect().execute("SELECT amount FROM orders").fetchall()
    return {"orders": [{"amount": row[0]} for row in rows], "plan": plan}
