"""Charges under the reference of the client, in the body: the provider knows a repetition by it."""

import json
import sqlite3
import urllib.request

from fastapi import FastAPI
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
    data = json.dumps({"amount": amount, "reference": reference}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request("http://pay.example.com/charges", data, headers)
    urllib.request.urlopen(request, timeout=5).read()


@app.post("/orders", status_code=201)
def order(body: Order):
    charge(body.amount, body.reference)
    db = connect()
    db.execute("INSERT INTO orders (amount) VALUES (?)", (body.amount,))
    db.commit()
    db.close()
    return {"ok": True}


@app.get("/orders")
def orders():
    db = connect()
    found = [{"amount": row[0]} for row in db.execute("SELECT amount FROM orders")]
    db.close()
    return found
