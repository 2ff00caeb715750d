"""Binds what is searched for, and lets only known columns into the statement."""

import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)
COLUMNS = {"id", "title"}


def connect():
    return closing(sqlite3.connect("books.db"))


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS books (id INTEGER PRIMARY KEY, title TEXT)")
    db.commit()


@app.get("/books")
def books():
    title, order = request.args.get("title", ""), request.args.get("order", "id")
    if order not in COLUMNS:
        return jsonify(error="no such column"), 400
    with connect() as db:
        rows = db.execute(f"SELECT id, title FROM books WHERE title LIKE ? ORDER BY {order}", (f"%{title}%",))
        return jsonify(rows.fetchall())
