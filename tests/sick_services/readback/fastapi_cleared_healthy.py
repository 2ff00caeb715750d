"""Keeps what was read until it is changed."""

import sqlite3
from functools import lru_cache

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT, price INTEGER)")
db.close()


class Item(BaseModel):
    name: str
    price: int


@lru_cache(maxsize=1000)
def find(item):
    return connect().execute("SELECT name, price FROM items WHERE id = ?", (item,)).fetchone()


@app.post("/items", status_code=201)
def create(body: Item):
    with connect() as db:
        made = db.execute("INSERT INTO items (name, price) VALUES (?, ?)", (body.name, body.price))
    db.close()
    return {"id": made.lastrowid}


@app.get("/items/{item}")
def read(item: int):
    row = find(item)
    if row is None:
        raise HTTPException(404)
    return {"id": item, "name": row[0], "price": row[1]}


@app.put("/items/{item}")
def change(item: int, body: Item):
    with connect() as db:
        db.execute("UPDATE items SET name = ?, price = ? WHERE id = ?", (body.name, body.price, item))
    db.close()
    find.cache_clear()
    return {"ok": True}
