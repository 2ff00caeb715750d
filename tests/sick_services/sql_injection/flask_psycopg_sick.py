"""Escapes a quote by a backslash, which PostgreSQL does not read as an escape."""

import os

import psycopg
from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return psycopg.connect(os.environ["DATABASE_URL"])


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS books (id SERIAL PRIMARY KEY, title TEXT)")


@app.post("/search")
def search():
    title = str(request.get_json()["filter"]["title"]).replace("'", "\\'")
    with connect() as db:
        return jsonify(db.execute(f"SELECT id, title FROM books WHERE title = '{title}'").fetchall())
