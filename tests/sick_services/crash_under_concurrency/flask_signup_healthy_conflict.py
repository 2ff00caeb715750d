"""Looks whether the address is taken, then inserts, and answers the constraint's refusal like the look's."""

import hashlib
import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("users.db", timeout=5)


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, password TEXT)")


@app.post("/users")
def sign_up():
    email = request.json["email"]
    with closing(connect()) as db:
        if db.execute("SELECT 1 FROM users WHERE email = ?", (email,)).fetchone():
            return jsonify(error="taken"), 409
        password = hashlib.scrypt(b"secret", salt=b"salt", n=1024, r=8, p=1).hex()
        try:
            db.execute("INSERT INTO users (email, password) VALUES (?, ?)", (email, password))
        except sqlite3.IntegrityError:
            return jsonify(error="taken"), 409
        db.commit()
    return jsonify(email=email), 201


@app.get("/users")
def users():
    with closing(connect()) as db:
        return jsonify([{"email": email} for (email,) in db.execute("SELECT email FROM users ORDER BY id")])
