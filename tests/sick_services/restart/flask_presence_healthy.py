"""Keeps people on disk, and what each of them does at the moment in memory."""

import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)
doing = {}


def connect():
    return sqlite3.connect("people.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, name TEXT)")
db.close()


@app.post("/people")
def add():
    db = connect()
    row = db.execute("INSERT INTO people (name) VALUES (?)", (request.json["name"],))
    db.commit()
    db.close()
    return jsonify(id=row.lastrowid), 201


@app.get("/people/<int:person>")
def read(person):
    name = connect().execute("SELECT name FROM people WHERE id = ?", (person,)).fetchone()[0]
    return jsonify(name=name, doing=doing.get(person))


@app.post("/people/<int:person>/presence")
def tell(person):
    doing[person] = request.json["doing"]
    return jsonify(ok=True)
