"""Composes the statement by psycopg's own means, dollar-quotes and all."""

import os

import psycopg
from flask import Flask, jsonify, request
from psycopg import sql

app = Flask(__name__)


def connect():
    return psycopg.connect(os.environ["DATABASE_URL"])


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS books (id SERIAL PRIMARY KEY, title TEXT)")


@app.post("/search")
def search():
    title = str(request.get_json()["filter"]["title"])
    with connect() as db:
        query = sql.SQL("SELECT id, title AS {} FROM books WHERE title = {}")
        db.execute(query.format(sql.Identifier(title[:60] or "t"), sql.Literal(title)))
        escaped = title.replace("\\", "\\\\").replace("'", "\\'")
        db.execute("SELECT id FROM books WHERE title = E'" + escaped.replace("%", "%%") + "'")
        return jsonify(db.execute("SELECT id, title FROM books WHERE title = %s", (title,)).fetchall())
