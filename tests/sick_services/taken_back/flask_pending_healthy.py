"""Writes down that it is about to charge, and refunds whatever may have been charged."""

import json
import sqlite3
import urllib.request

from flask import Flask, jsonify

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, status TEXT DEFAULT 'open', charge TEXT)")
db.close()


def ask(path, **body):
    request = urllib.request.Request(f"http://pay.example.com{path}", json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("Idempotency-Key", f"{path}-{body['order']}")
    return urllib.request.urlopen(request, timeout=5).read().decode()


def status_of(order):
    db = connect()
    row = db.execute("SELECT status FROM orders WHERE id = ?", (order,)).fetchone()
    db.close()
    return row[0] if row else None


def write(order, status):
    with connect() as db:
        db.execute("UPDATE orders SET status = ? WHERE id = ?", (status, order))
    db.close()


@app.post("/orders")
def create():
    with connect() as db:
        made = db.execute("INSERT INTO orders DEFAULT VALUES")
    db.close()
    return jsonify(id=made.lastrowid), 201


@app.get("/orders/<int:order>")
def read(order):
    return jsonify(id=order, status=status_of(order))


@app.post("/orders/<int:order>/pay")
def pay(order):
    if status_of(order) != "open":
        return jsonify(error="not open"), 409
    write(order, "paying")
    try:
        ask("/charges", order=order, amount=500)
    except OSError:
        return jsonify(error="the payment failed"), 502
    write(order, "paid")
    return jsonify(ok=True)


@app.post("/orders/<int:order>/cancel")
def cancel(order):
    if status_of(order) in ("paid", "paying"):
        ask("/refunds", order=order)
    write(order, "cancelled")
    return jsonify(ok=True)
