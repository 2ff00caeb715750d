"""Keeps logins in a dictionary; orders are stored."""

import secrets
import sqlite3

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
sessions = {}


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, name TEXT, amount INTEGER)")
db.close()


def user():
    name = sessions.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if name is None:
        abort(401)
    return name


@app.post("/login")
def login():
    token = secrets.token_hex(8)
    sessions[token] = request.json["name"]
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
