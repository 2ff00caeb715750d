"""Each process makes an administrator unless there is one, in one statement."""

import sqlite3
import time

from flask import Flask, jsonify

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


def prepare():
    db = connect()
    db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY)")
    time.sleep(0.1)  # the password is hashed
    db.execute("INSERT OR IGNORE INTO users VALUES ('admin')")
    db.commit()
    db.close()


prepare()


@app.get("/users")
def users():
    return jsonify([row[0] for row in connect().execute("SELECT name FROM users")])
