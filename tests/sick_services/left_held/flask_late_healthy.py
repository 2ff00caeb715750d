"""What has ended is given back when somebody asks for seats, and not before."""

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


@app.post("/events/<int:event>/reservations")
def reserve(event):
    db, now, quantity = connect(), time.time(), request.json["quantity"]
    with db:
        ended = "SELECT COALESCE(SUM(quantity), 0) FROM reservations WHERE event = ? AND until <= ?"
        (back,) = db.execute(ended, (event, now)).fetchone()
        db.execute("DELETE FROM reservations WHERE event = ? AND until <= ?", (event, now))
        db.execute("UPDATE events SET seats_left = seats_left + ? WHERE id = ?", (back, event))
        take = "UPDATE events SET seats_left = seats_left - ? WHERE id = ? AND seats_left >= ?"
        if not db.execute(take, (quantity, event, quantity)).rowcount:
            return jsonify(error="not so many left"), 409
        add = "INSERT INTO reservations (event, quantity, until) VALUES (?, ?, ?)"
        row = db.execute(add, (event, quantity, now + HOLD_S))
    db.close()
    return jsonify(id=row.lastrowid, expires_at=now + HOLD_S), 201
