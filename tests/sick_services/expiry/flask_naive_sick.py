"""Writes the end of a token in local time and compares it with such, which jumps twice a year."""

import secrets
import sqlite3
from datetime import datetime, timedelta

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
LIFETIME = timedelta(minutes=45)


def connect():
    return sqlite3.connect("tokens.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, name TEXT, expires_at TEXT)")
db.close()


@app.post("/login")
def login():
    token, end = secrets.token_hex(16), datetime.now() + LIFETIME
    with connect() as db:
        db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (token, request.json["name"], end.isoformat()))
    db.close()
    return jsonify(token=token, expires_at=end.isoformat())


@app.get("/profile")
def profile():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    row = connect().execute("SELECT name, expires_at FROM tokens WHERE token = ?", (token,)).fetchone()
    if row is None or datetime.fromisoformat(row[1]) < datetime.now():
        abort(401)
    return jsonify(name=row[0])
