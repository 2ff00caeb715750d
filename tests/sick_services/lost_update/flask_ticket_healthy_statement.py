"""Gives the next number in one statement."""

import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return closing(sqlite3.connect("tickets.db", timeout=5, isolation_level=None))


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS tickets (number INTEGER, name TEXT)")


@app.post("/tickets")
def draw():
    name = request.json["name"]
    with connect() as db:
        draw = "INSERT INTO tickets SELECT COALESCE(MAX(number), 0) + 1, ? FROM tickets RETURNING number"
        number = db.execute(draw, (name,)).fetchone()[0]
    return jsonify(number=number, name=name), 201
