"""Charges under a key of the order alone, so that the provider knows another try."""

import json
import sqlite3
import urllib.request

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, status TEXT DEFAULT 'open')")
db.close()


class Payment(BaseModel):
    card_token: str


def key_of(order):
    return f"order-{order}"


def charge(order, card):
    data = json.dumps({"order": order, "source": card}).encode()
    request = urllib.request.Request("http://pay.example.com/charges", data, {"Content-Type": "application/json"})
    request.add_header("Idempotency-Key", key_of(order))
    urllib.request.urlopen(request, timeout=5).read()


@app.post("/orders", status_code=201)
def create():
    with connect() as db:
        made = db.execute("INSERT INTO orders DEFAULT VALUES")
    db.close()
    return {"id": made.lastrowid}


@app.get("/orders/{order}")
def read(order: int):
    row = connect().execute("SELECT status FROM orders WHERE id = ?", (order,)).fetchone()
    if row is None:
        raise HTTPException(404)
    return {"id": order, "status": row[0]}


@app.post("/orders/{order}/pay")
def pay(order: int, payment: Payment):
    if read(order)["status"] == "paid":
        raise HTTPException(409)
    try:
        charge(order, payment.card_token)
    except OSError:
        raise HTTPException(502, "the payment failed") from None
    with connect() as db:
        db.execute("UPDATE orders SET status = 'paid' WHERE id = ?", (order,))
    db.close()
    return {"ok": True}
