"""Makes its tables when the database's file is not there."""

import os
import sqlite3

from flask import Flask, jsonify

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


def prepare():
    db = connect()
    db.execute("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT)")
    db.execute("CREATE TABLE users (name TEXT PRIMARY KEY)")
    db.commit()
    db.close()


if not os.path.exists("shop.db"):
    prepare()


@app.get("/users")
def users():
    db = connect()
    names = [row[0] for row in db.execute("SELECT name FROM users")]
    db.close()
    return jsonify(names)
