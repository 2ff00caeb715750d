import sqlite3
from contextlib import closing
from functools import lru_cache

from flask import Flask, request

app = Flask(__name__)


def query(statement, values):
    with closing(sqlite3.connect("shop.db")) as db, db:
        return db.execute(statement, values).fetchall()


@lru_cache(maxsize=1000)
def price_of(item):
    return query("SELECT price FROM items WHERE id = ?", (item,))


@app.get("/items/<int:item>")
def show(item):
    return {"price": price_of(item)}


@app.put("/items/<int:item>")
def change(item):
    query("UPDATE items SET price = ? WHERE id = ?", (request.get_data(as_text=True), item))
    return {}
