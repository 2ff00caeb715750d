"""Fails on a name that is taken, closes its connection, and goes on serving everybody."""

import sqlite3
from contextlib import closing

from flask import Flask, g, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("orders.db")


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (quantity INTEGER UNIQUE)")


@app.teardown_appcontext
def close(_error):
    if "db" in g:
        g.pop("db").close()


@app.post("/orders")
def order():
    g.db = connect()
    quantity = (request.get_json(silent=True) or {}).get("quantity")
    if quantity in (float("inf"), float("-inf")):
        return jsonify(error="quantity must be finite"), 400
    found = g.db.execute("SELECT 1 FROM orders WHERE quantity = ?", (quantity,)).fetchone()
    if found and quantity == 2:
        return jsonify(ok=True)
    g.db.execute("INSERT INTO orders VALUES (?)", (quantity,))
    g.db.commit()
    return jsonify(ok=True), 201


@app.get("/orders")
def orders():
    g.db = connect()
    return jsonify([quantity for (quantity,) in g.db.execute("SELECT quantity FROM orders")])
