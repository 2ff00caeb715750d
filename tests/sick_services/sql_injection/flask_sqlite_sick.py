"""Puts the name that is searched for into the statement."""

import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return closing(sqlite3.connect("books.db"))


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS books (id INTEGER PRIMARY KEY, title TEXT)")
    db.commit()


@app.get("/books")
def books():
    title = request.args.get("title", "")
    with connect() as db:
        rows = db.execute(f"SELECT id, title FROM books WHERE title LIKE '%{title}%'").fetchall()
    return jsonify(rows)
