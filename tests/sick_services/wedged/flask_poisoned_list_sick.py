"""Stores what it cannot show again: one bad price breaks the list for everybody."""

import json
import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("orders.db")


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, data TEXT)")


@app.post("/orders")
def order():
    data = request.get_json(silent=True) or {}
    with closing(connect()) as db:
        db.execute("INSERT INTO orders (data) VALUES (?)", (json.dumps(data),))
        db.commit()
    return jsonify(ok=True), 201


@app.get("/orders")
def orders():
    with closing(connect()) as db:
        return jsonify([json.loads(data)["quantity"] * 5 for (data,) in db.execute("SELECT data FROM orders")])
