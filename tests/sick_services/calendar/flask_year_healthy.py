"""Adds a year in days."""

import sqlite3
from datetime import date, timedelta

from flask import Flask, jsonify

app = Flask(__name__)


def connect():
    return sqlite3.connect("club.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS members (id INTEGER PRIMARY KEY, until TEXT)")
db.close()


def in_a_year():
    return date.today() + timedelta(days=365)


@app.post("/members")
def join():
    with connect() as db:
        db.execute("INSERT INTO members (until) VALUES (?)", (in_a_year().isoformat(),))
    db.close()
    return jsonify(ok=True), 201


@app.get("/members")
def members():
    return jsonify([{"until": row[0]} for row in connect().execute("SELECT until FROM members")])
