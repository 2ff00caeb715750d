"""Makes at every start what is missing."""

import sqlite3

from flask import Flask, jsonify

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


def prepare():
    db = connect()
    db.execute("CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT)")
    db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY)")
    db.commit()
    db.close()


prepare()


@app.get("/users")
def users():
    db = connect()
    names = [row[0] for row in db.execute("SELECT name FROM users")]
    db.close()
    return jsonify(names)
