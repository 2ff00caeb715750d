"""Counts pages from one where it is asked, and from nought where it reads."""

import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("notes.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
db.close()


@app.post("/notes")
def add():
    with connect() as db:
        made = db.execute("INSERT INTO notes (text) VALUES (?)", (request.json["text"],))
    db.close()
    return jsonify(id=made.lastrowid), 201


@app.get("/notes")
def read():
    page, limit = int(request.args.get("page", 1)), int(request.args.get("limit", 20))
    rows = connect().execute("SELECT id, text FROM notes ORDER BY id LIMIT ? OFFSET ?", (limit, page * limit))
    return jsonify([{"id": row[0], "text": row[1]} for row in rows])
