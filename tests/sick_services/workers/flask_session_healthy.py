"""Keeps logins in the database, which all processes ask."""

import secrets
import sqlite3

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS sessions (token TEXT, name TEXT)")
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, name TEXT, amount INTEGER)")
db.close()


def user():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    row = connect().execute("SELECT name FROM sessions WHERE token = ?", (token,)).fetchone()
    if row is None:
        abort(401)
    return row[0]


@app.post("/login")
def login():
    token = secrets.token_hex(8)
    with connect() as db:
        db.execute("INSERT INTO sessions VALUES (?, ?)", (token, request.json["name"]))
    db.close()
    return jsonify(token=token)


@app.post("/orders")
def order():
    with connect() as db:
        db.execute("INSERT INTO orders (name, amount) VALUES (?, ?)", (user(), request.json["amount"]))
    db.close()
    return jsonify(ok=True), 201


@app.get("/orders")
def orders():
    rows = connect().execute("SELECT amount FROM orders WHERE name = ?", (user(),))
    return jsonify([{"amount": row[0]} for row in rows])
