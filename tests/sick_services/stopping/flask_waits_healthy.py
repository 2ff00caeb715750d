"""Ends when what is under way is done."""

import os
import signal
import sqlite3
import threading
import time

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("orders.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


under_way = set()
stopping = threading.Event()


def wait_and_end():
    while under_way:
        time.sleep(0.05)
    # The last answer is still being sent.
    time.sleep(0.3)
    os._exit(0)


def stop(number, frame):
    stopping.set()
    threading.Thread(target=wait_and_end).start()


@app.before_request
def begin():
    under_way.add(threading.get_ident())
    return (jsonify(error="stopping"), 503) if stopping.is_set() else None


@app.teardown_request
def end(_error):
    under_way.discard(threading.get_ident())


signal.signal(signal.SIGTERM, stop)


@app.post("/orders")
def order():
    amount = request.json["amount"]
    with connect() as db:
        made = db.execute("INSERT INTO orders (amount) VALUES (?)", (amount,))
    number = made.lastrowid
    db.close()
    return jsonify(id=number), 201
