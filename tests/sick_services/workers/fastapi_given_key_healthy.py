"""Signs its tokens with a key that all processes are given."""

import hashlib
import hmac
import sqlite3

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
KEY = b"given by the deployment"


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, name TEXT, amount INTEGER)")
db.close()


class Login(BaseModel):
    name: str


class Order(BaseModel):
    amount: int


def signature(name):
    return hmac.new(KEY, name.encode(), hashlib.sha256).hexdigest()


def user(authorization):
    name, _, signed = authorization.removeprefix("Bearer ").rpartition(".")
    if not hmac.compare_digest(signed, signature(name)):
        raise HTTPException(401)
    return name


@app.post("/login")
def login(body: Login):
    return {"token": f"{body.name}.{signature(body.name)}"}


@app.post("/orders", status_code=201)
def order(body: Order, authorization: str = Header("")):
    with connect() as db:
        db.execute("INSERT INTO orders (name, amount) VALUES (?, ?)", (user(authorization), body.amount))
    db.close()
    return {"ok": True}


@app.get("/orders")
def orders(authorization: str = Header("")):
    rows = connect().execute("SELECT amount FROM orders WHERE name = ?", (user(authorization),))
    return [{"amount": row[0]} for row in rows]
