"""Runs on Flask's development server, which ends at once when it is told to stop."""

import os
import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("orders.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


@app.post("/orders")
def order():
    amount = request.json["amount"]
    with connect() as db:
        made = db.execute("INSERT INTO orders (amount) VALUES (?)", (amount,))
    number = made.lastrowid
    db.close()
    return jsonify(id=number), 201


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))
