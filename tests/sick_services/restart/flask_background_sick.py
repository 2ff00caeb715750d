"""Acknowledges orders and lets a thread store them later."""

import queue
import sqlite3
import threading
import time

from flask import Flask, jsonify, request

app = Flask(__name__)
waiting = queue.Queue()
started = threading.Event()


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


def work():
    while True:
        amount = waiting.get()
        time.sleep(0.2)
        with connect() as db:
            db.execute("INSERT INTO orders (amount) VALUES (?)", (amount,))
        db.close()


@app.post("/orders")
def order():
    if not started.is_set():
        started.set()
        threading.Thread(target=work, daemon=True).start()
    waiting.put(request.json["amount"])
    return jsonify(ok=True), 201


@app.get("/orders")
def orders():
    return jsonify([{"amount": row[0]} for row in connect().execute("SELECT amount FROM orders")])
