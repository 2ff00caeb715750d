"""Reads and then writes in one transaction, and begins again when SQLite refuses it."""

import sqlite3
import time
from contextlib import closing

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


def connect():
    return sqlite3.connect("stock.db", timeout=5, isolation_level=None, check_same_thread=False)


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT, stock INTEGER)")


class Item(BaseModel):
    name: str
    stock: int


class Reservation(BaseModel):
    quantity: int


@app.post("/items", status_code=201)
def create(body: Item):
    with closing(connect()) as db:
        return {"id": db.execute("INSERT INTO items (name, stock) VALUES (?, ?)", (body.name, body.stock)).lastrowid}


@app.get("/items")
def all_items():
    with closing(connect()) as db:
        return [{"name": name, "stock": stock} for name, stock in db.execute("SELECT name, stock FROM items")]


def take(db, item_id, quantity):
    db.execute("BEGIN")
    row = db.execute("SELECT stock FROM items WHERE id = ?", (item_id,)).fetchone()
    if row is None or row[0] < quantity:
        raise HTTPException(409)
    db.execute("UPDATE items SET stock = ? WHERE id = ?", (row[0] - quantity, item_id))
    db.execute("COMMIT")
    return {"left": row[0] - quantity}


@app.post("/items/{item_id}/reserve")
def reserve(item_id: int, body: Reservation):
    for attempt in range(20):
        with closing(connect()) as db:
            try:
                return take(db, item_id, body.quantity)
            except sqlite3.OperationalError:
                time.sleep(0.01 * (attempt + 1))
    raise HTTPException(503, headers={"Retry-After": "1"})
