"""Binds the value, and sorts by whatever it is told to."""

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
    order = request.args.get("order", "id")
    with connect() as db:
        try:
            rows = db.execute("SELECT id, title FROM books ORDER BY " + order).fetchall()
        except sqlite3.Error:
            return jsonify(error="cannot sort"), 400
    return jsonify(rows)
