"""Adds a loan in one statement that counts the others itself."""

import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)
LIMIT = 3


def connect():
    return closing(sqlite3.connect("loans.db", timeout=5, isolation_level=None))


with connect() as db:
    db.executescript("""
        CREATE TABLE IF NOT EXISTS members (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE IF NOT EXISTS books (id INTEGER PRIMARY KEY, title TEXT);
        CREATE TABLE IF NOT EXISTS loans (member INTEGER, book INTEGER UNIQUE);
    """)


@app.post("/members")
def join():
    with connect() as db:
        return jsonify(id=db.execute("INSERT INTO members (name) VALUES (?)", (request.json["name"],)).lastrowid), 201


@app.post("/books")
def add():
    with connect() as db:
        return jsonify(id=db.execute("INSERT INTO books (title) VALUES (?)", (request.json["title"],)).lastrowid), 201


@app.post("/books/<int:book>/loans")
def borrow(book):
    member = request.json["member"]
    with connect() as db:
        try:
            guarded = "INSERT INTO loans SELECT ?, ? WHERE (SELECT COUNT(*) FROM loans WHERE member = ?) < ?"
            if not db.execute(guarded, (member, book, member, LIMIT)).rowcount:
                return jsonify(error="too many"), 409
        except sqlite3.IntegrityError:
            return jsonify(error="lent already"), 409
    return jsonify(book=book), 201


@app.get("/members/<int:member>/loans")
def loans(member):
    with connect() as db:
        return jsonify(loans=db.execute("SELECT COUNT(*) FROM loans WHERE member = ?", (member,)).fetchone()[0])
