"""Gives the money back when the order cannot be recorded. What a killed process leaves is found by its outbox."""

import json
import sqlite3
import urllib.request

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
    db.execute("CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


def call(path, amount):
    data = json.dumps({"amount": amount}).encode()
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"http://pay.example.com/{path}", data, headers)
    urllib.request.urlopen(asked, timeout=5).read()


@app.post("/orders")
def order():
    amount = request.json["amount"]
    db = connect()
    entry = db.execute("INSERT INTO outbox (amount) VALUES (?)", (amount,)).lastrowid
    db.commit()
    call("charges", amount)
    try:
        db.execute("INSERT INTO orders (amount) VALUES (?)", (amount,))
        db.execute("DELETE FROM outbox WHERE id = ?", (entry,))
        db.commit()
    except sqlite3.OperationalError:
        db.rollback()
        call("refunds", amount)
        return jsonify(error="try again"), 503
    finally:
        db.close()
    return jsonify(ok=True), 201


@app.get("/orders")
def orders():
    return jsonify([{"amount": row[0]} for row in connect().execute("SELECT amount FROM orders")])
