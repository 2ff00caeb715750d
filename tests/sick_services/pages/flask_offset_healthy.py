"""Pages by offset, and says so: what is deleted shifts what comes later, as readers of such pages know."""

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
    offset, limit = int(request.args.get("offset", 0)), int(request.args.get("limit", 20))
    rows = connect().execute("SELECT id, text FROM notes ORDER BY id LIMIT ? OFFSET ?", (limit, offset))
    return jsonify([{"id": row[0], "text": row[1]} for row in rows])


@app.delete("/notes/<int:number>")
def delete(number):
    with connect() as db:
        gone = db.execute("DELETE FROM notes WHERE id = ?", (number,)).rowcount
    db.close()
    return ("", 204) if gone else ("", 404)
