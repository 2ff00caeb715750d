"""Forgets a login; two logouts at once both find it, and one of them has nothing left to forget."""

import secrets
import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY)")
db.close()


def known(db):
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return db.execute("SELECT token FROM sessions WHERE token = ?", (token,)).fetchone()


@app.post("/login")
def login():
    token = secrets.token_hex(8)
    with connect() as db:
        db.execute("INSERT INTO sessions VALUES (?)", (token,))
    db.close()
    return jsonify(token=token)


@app.post("/logout")
def logout():
    db = connect()
    if (row := known(db)) is None:
        return jsonify(error="log in first"), 401
    with db:
        db.execute("DELETE FROM sessions WHERE token = ?", row)
    db.close()
    return "", 204


@app.get("/me")
def me():
    db = connect()
    row = known(db)
    db.close()
    return (jsonify(name="A"), 200) if row else (jsonify(error="log in first"), 401)
