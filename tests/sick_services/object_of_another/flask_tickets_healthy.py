"""Tickets of colleagues: each has a list of the own ones, may open any by its number, and changes the own ones."""

from __future__ import annotations

import secrets
import sqlite3

from flask import Flask, abort, g, jsonify, request

app = Flask(__name__)


def db() -> sqlite3.Connection:
    if "db" not in g:
        g.db = sqlite3.connect("tickets.db", isolation_level=None)
        g.db.row_factory = sqlite3.Row
    return g.db


with sqlite3.connect("tickets.db") as first:
    first.execute("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, token TEXT)")
    first.execute("CREATE TABLE IF NOT EXISTS tickets (id INTEGER PRIMARY KEY, owner INTEGER, text TEXT)")


@app.teardown_appcontext
def close(_error):
    if "db" in g:
        g.db.close()


def caller() -> int:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    user = db().execute("SELECT id FROM users WHERE token = ?", (token,)).fetchone()
    if user is None:
        abort(401)
    return user["id"]


@app.post("/signup")
def signup():
    token = secrets.token_hex(16)
    db().execute("INSERT INTO users (name, token) VALUES (?, ?)", (request.json["name"], token))
    return jsonify(token=token), 201


@app.post("/tickets")
def create():
    row = db().execute("INSERT INTO tickets (owner, text) VALUES (?, ?)", (caller(), request.json["text"]))
    return jsonify(id=row.lastrowid, text=request.json["text"]), 201


@app.get("/my/tickets")
def mine():
    rows = db().execute("SELECT id, text FROM tickets WHERE owner = ?", (caller(),))
    return jsonify([dict(row) for row in rows])


@app.get("/tickets/<int:number>")
def read(number: int):
    caller()
    row = db().execute("SELECT id, text FROM tickets WHERE id = ?", (number,)).fetchone()
    if row is None:
        abort(404)
    return jsonify(dict(row))


def own_or_403(number: int) -> None:
    if db().execute("SELECT 1 FROM tickets WHERE id = ? AND owner = ?", (number, caller())).fetchone() is None:
        abort(403)


@app.put("/tickets/<int:number>")
def change(number: int):
    own_or_403(number)
    db().execute("UPDATE tickets SET text = ? WHERE id = ?", (request.json["text"], number))
    return jsonify(id=number, text=request.json["text"])


@app.delete("/tickets/<int:number>")
def delete(number: int):
    own_or_403(number)
    db().execute("DELETE FROM tickets WHERE id = ?", (number,))
    return "", 204
