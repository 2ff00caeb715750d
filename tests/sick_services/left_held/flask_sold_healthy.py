"""Seats are sold; what ends is the time in which a ticket may be given back."""

import sqlite3
import time

from flask import Flask, jsonify, request

app = Flask(__name__)
HOLD_S = 900


def connect():
    return sqlite3.connect("hall.db", timeout=5)


with connect() as setup:
    setup.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, seats_left INTEGER)")
    setup.execute("CREATE TABLE IF NOT EXISTS reservations (id INTEGER PRIMARY KEY, event, quantity, until REAL)")
setup.close()


@app.post("/events")
def create():
    db = connect()
    with db:
        row = db.execute("INSERT INTO events (seats_left) VALUES (?)", (request.json["seats"],))
    db.close()
    return jsonify(id=row.lastrowid), 201


@app.get("/events/<int:event>")
def read(event):
    row = connect().execute("SELECT seats_left FROM events WHERE id = ?", (event,)).fetchone()
    return jsonify(id=event, seats_left=row[0])


@app.post("/events/<int:event>/tickets")
def buy(event):
    db, quantity = connect(), request.json["quantity"]
    with db:
        take = "UPDATE events SET seats_left = seats_left - ? WHERE id = ? AND seats_left >= ?"
        if not db.execute(take, (quantity, event, quantity)).rowcount:
            return jsonify(error="not so many left"), 409
    db.close()
    return jsonify(status="confirmed", refund={"expires_at": time.time() + HOLD_S}), 201
