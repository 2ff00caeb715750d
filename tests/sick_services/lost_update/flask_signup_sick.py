"""Looks whether the address is taken, then inserts; ids, times and codes differ in each play."""

import secrets
import sqlite3
import time
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("users.db", timeout=5)


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, email TEXT, code TEXT, joined REAL)")


@app.post("/users")
def sign_up():
    email = request.json["email"]
    db = connect()
    try:
        if db.execute("SELECT 1 FROM users WHERE email = ?", (email,)).fetchone():
            return jsonify(error="taken"), 409
        row = (email, secrets.token_hex(4), time.time())
        db.execute("INSERT INTO users (email, code, joined) VALUES (?, ?, ?)", row)
        db.commit()
        return jsonify(email=email), 201
    finally:
        db.close()


@app.get("/users")
def users():
    db = connect()
    rows = db.execute("SELECT id, email, code, joined FROM users ORDER BY random()").fetchall()
    db.close()
    return jsonify([{"id": i, "email": e, "code": c, "joined": j} for i, e, c, j in rows])
