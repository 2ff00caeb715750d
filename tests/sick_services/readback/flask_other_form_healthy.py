"""Stores names in lower case, and answers with what came in."""

import sqlite3

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT, price INTEGER)")
db.close()


@app.post("/items")
def create():
    with connect() as db:
        made = db.execute(
            "INSERT INTO items (name, price) VALUES (?, ?)", (request.json["name"].lower(), request.json["price"])
        )
    db.close()
    return jsonify(id=made.lastrowid, **request.json), 201


@app.get("/items/<int:item>")
def read(item):
    row = connect().execute("SELECT name, price FROM items WHERE id = ?", (item,)).fetchone()
    if row is None:
        abort(404)
    return jsonify(id=item, name=row[0], price=row[1])


@app.put("/items/<int:item>")
def change(item):
    db = connect()
    db.execute(
        "UPDATE items SET name = ?, price = ? WHERE id = ?", (request.json["name"].lower(), request.json["price"], item)
    )
    db.commit()
    db.close()
    return jsonify(id=item, **request.json)
