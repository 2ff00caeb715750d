"""Answers at once, and lets a thread write orders to the database a moment later."""

import os
import queue
import threading
import time

import psycopg
from flask import Flask, jsonify, request

app = Flask(__name__)
waiting: "queue.Queue[int]" = queue.Queue()


def connect():
    return psycopg.connect(os.environ["DATABASE_URL"])


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, amount integer NOT NULL)")


def write():
    while True:
        time.sleep(0.3)
        while not waiting.empty():
            with connect() as db:
                db.execute("INSERT INTO orders (amount) VALUES (%s)", (waiting.get(),))


@app.post("/orders")
def order():
    if not any(thread.name == "writer" for thread in threading.enumerate()):
        threading.Thread(target=write, name="writer", daemon=True).start()
    waiting.put(request.json["amount"])
    return jsonify(ok=True), 201


@app.get("/orders")
def read():
    with connect() as db:
        rows = db.execute("SELECT amount FROM orders ORDER BY id").fetchall()
    return jsonify([row[0] for row in rows])
