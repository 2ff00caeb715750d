"""A seat whose hold has ended is free."""

import sqlite3
import time

from flask import Flask, jsonify, request

app = Flask(__name__)
HOLD_S = 600


def connect():
    return sqlite3.connect("seats.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS seats (id INTEGER PRIMARY KEY, holder TEXT, expires_at REAL)")
db.close()


@app.post("/seats")
def add():
    with connect() as db:
        made = db.execute("INSERT INTO seats (holder) VALUES (NULL)")
    db.close()
    return jsonify(id=made.lastrowid), 201


@app.post("/seats/<int:number>/hold")
def hold(number):
    now = time.time()
    with connect() as db:
        taken = db.execute(
            "UPDATE seats SET holder = ?, expires_at = ? WHERE id = ? AND (holder IS NULL OR expires_at <= ?)",
            (request.json["name"], now + HOLD_S, number, now),
        ).rowcount
    db.close()
    if not taken:
        return jsonify(error="held by somebody else"), 409
    return jsonify(seat=number, expires_at=now + HOLD_S), 201
