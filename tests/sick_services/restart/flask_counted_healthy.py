"""Keeps orders on disk; how many more calls a client may make this minute is counted in memory, and begins anew."""

import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)
plan = {"left": 1000}


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


@app.before_request
def count():
    if request.method == "POST":
        plan["left"] -= 1


@app.post("/orders")
def order():
    amount = request.json["amount"]
    if not isinstance(amount, int):
        return jsonify(error="amount must be a number"), 422
    db = connect()
    db.execute("INSERT INTO orders (amount) VALUES (?)", (amount,))
    db.commit()
    db.close()
    return jsonify(ok=True), 201


@app.get("/orders")
def orders():
    rows = connect().execute("SELECT amount FROM orders").fetchall()
    return jsonify(orders=[{"amount": row[0]} for row in rows], plan=plan)
