"""Stores an order before it is acknowledged; what is left to do with it is done at the next start."""

import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


@app.post("/orders")
def order():
    with connect() as db:
        db.execute("INSERT INTO orders (amount) VALUES (?)", (request.json["amount"],))
    db.close()
    return jsonify(ok=True), 201


@app.get("/orders")
def orders():
    return jsonify([{"amount": row[0]} for row in connect().execute("SELECT amount FROM orders")])
