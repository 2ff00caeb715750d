"""Writes the statement by hand, and doubles every quote, as SQLite wants it; a column may be any word."""

import re
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
    title = request.args.get("title", "").replace("'", "''")
    order = re.sub(r"\W", "", request.args.get("order", "id")).replace('"', "") or "id"
    alias = request.args.get("alias", "t").replace('"', '""')
    with connect() as db:
        text = f"""SELECT id, title AS "{alias}" FROM books WHERE title = '{title}' -- {order}"""
        db.execute(text)
        try:
            rows = db.execute(f"SELECT id FROM books WHERE title = '{title}' ORDER BY {order}").fetchall()
        except sqlite3.OperationalError:
            return jsonify(error="no such column"), 400
    return jsonify(rows)
