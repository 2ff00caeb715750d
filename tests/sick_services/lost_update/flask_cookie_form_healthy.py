"""A token for one form lies in the signed cookie: whoever sends the same cookie again is let in again, at any pace."""

import secrets
import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request, session

app = Flask(__name__)
app.secret_key = secrets.token_hex()


def connect():
    return closing(sqlite3.connect("requests.db", timeout=5, isolation_level=None))


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS requests (id INTEGER PRIMARY KEY, text TEXT)")


@app.get("/form")
def form():
    session["token"] = session.get("token") or secrets.token_hex(8)
    return jsonify(token=session["token"])


@app.post("/requests")
def file():
    if session.pop("token", None) != request.json["token"]:
        return jsonify(error="fill in the form once more"), 403
    with connect() as db:
        db.execute("INSERT INTO requests (text) VALUES (?)", (request.json["text"],))
    return jsonify(filed=True), 201


@app.get("/requests")
def count():
    with connect() as db:
        return jsonify(filed=db.execute("SELECT count(*) FROM requests").fetchone()[0])
