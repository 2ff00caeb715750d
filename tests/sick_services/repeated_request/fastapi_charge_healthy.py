"""The client's reference is claimed before the charge, which carries it: a repetition is refused."""

import sqlite3
import urllib.request

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, reference TEXT UNIQUE, amount INTEGER)")
db.close()


class Order(BaseModel):
    amount: int
    reference: str


def charge(amount, reference):
    data = b'{"amount": %d}' % amount
    headers = {"Content-Type": "application/json", "Idempotency-Key": reference}
    request = urllib.request.Request("http://pay.example.com/charges", data, headers)
    urllib.request.urlopen(request, timeout=5).read()


@app.post("/orders", status_code=201)
def order(body: Order):
    db = connect()
    insert = "INSERT OR IGNORE INTO orders (reference, amount) VALUES (?, ?)"
    claimed = db.execute(insert, (body.reference, body.amount)).rowcount
    db.commit()
    db.close()
    if not claimed:
        raise HTTPException(409, "this reference is there already")
    charge(body.amount, body.reference)
    return {"ok": True}


@app.get("/orders")
def orders():
    db = connect()
    found = [{"amount": row[0]} for row in db.execute("SELECT amount FROM orders")]
    db.close()
    return found
