"""Notes of one's own, by their ids too."""

from __future__ import annotations

import secrets
import sqlite3

from flask import Flask, abort, g, jsonify, request

app = Flask(__name__)


def db() -> sqlite3.Connection:
    if "db" not in g:
        g.db = sqlite3.connect("notes.db", isolation_level=None)
        g.db.row_factory = sqlite3.Row
    return g.db


with sqlite3.connect("notes.db") as first:
    first.execute("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, token TEXT)")
    first.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, owner INTEGER, text TEXT)")


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


def note_or_404(note_id: int) -> sqlite3.Row:
    owner = caller()
    note = db().execute("SELECT * FROM notes WHERE id = ? AND owner = ?", (note_id, owner)).fetchone()
    if note is None:
        abort(404)
    return note


@app.post("/signup")
def signup():
    token = secrets.token_hex(16)
    db().execute("INSERT INTO users (name, token) VALUES (?, ?)", (request.json["name"], token))
    return {"token": token}, 201


@app.post("/notes")
def create():
    row = db().execute("INSERT INTO notes (owner, text) VALUES (?, ?)", (caller(), request.json["text"]))
    return {"id": row.lastrowid, "text": request.json["text"]}, 201


@app.get("/notes")
def mine():
    rows = db().execute("SELECT id, text FROM notes WHERE owner = ?", (caller(),)).fetchall()
    return jsonify([dict(row) for row in rows])


@app.get("/notes/<int:note_id>")
def show(note_id):
    note = note_or_404(note_id)
    return {"id": note["id"], "text": note["text"]}


@app.put("/notes/<int:note_id>")
def change(note_id):
    note_or_404(note_id)
    db().execute("UPDATE notes SET text = ? WHERE id = ?", (request.json["text"], note_id))
    return {"id": note_id}


@app.delete("/notes/<int:note_id>")
def delete(note_id):
    note_or_404(note_id)
    db().execute("DELETE FROM notes WHERE id = ?", (note_id,))
    return "", 204
