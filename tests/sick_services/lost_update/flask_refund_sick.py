"""Guards the credit of a meter, and not that a top-up is refunded once: which shows where there is more credit."""

import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return closing(sqlite3.connect("meters.db", timeout=5, isolation_level=None))


with connect() as db:
    db.executescript("""
        CREATE TABLE IF NOT EXISTS meters (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL DEFAULT 0 CHECK (cents >= 0));
        CREATE TABLE IF NOT EXISTS topups (
            id INTEGER PRIMARY KEY, meter INTEGER, cents INTEGER, refunded INTEGER DEFAULT 0
        );
    """)


@app.post("/meters")
def add():
    with connect() as db:
        return jsonify(id=db.execute("INSERT INTO meters DEFAULT VALUES").lastrowid), 201


@app.get("/meters/<int:meter>")
def read(meter):
    with connect() as db:
        return jsonify(cents=db.execute("SELECT cents FROM meters WHERE id = ?", (meter,)).fetchone()[0])


@app.post("/meters/<int:meter>/topups")
def top_up(meter):
    cents = request.json["cents"]
    with connect() as db:
        made = db.execute("INSERT INTO topups (meter, cents) VALUES (?, ?)", (meter, cents)).lastrowid
        db.execute("UPDATE meters SET cents = cents + ? WHERE id = ?", (cents, meter))
    return jsonify(id=made), 201


@app.post("/topups/<int:topup>/refund")
def refund(topup):
    with connect() as db:
        meter, cents, refunded = db.execute(
            "SELECT meter, cents, refunded FROM topups WHERE id = ?", (topup,)
        ).fetchone()
        if refunded:
            return jsonify(error="refunded already"), 409
        if (
            db.execute(
                "UPDATE meters SET cents = cents - ? WHERE id = ? AND cents >= ?", (cents, meter, cents)
            ).rowcount
            == 0
        ):
            return jsonify(error="the credit is used"), 409
        db.execute("UPDATE topups SET refunded = 1 WHERE id = ?", (topup,))
    return jsonify(refunded=cents), 201
