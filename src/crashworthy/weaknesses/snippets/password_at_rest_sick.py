import hashlib
import sqlite3

from flask import Flask, request

app = Flask(__name__)


@app.post("/users")
def sign_up():
    # Equal passwords have equal digests, and a graphics card tries billions of them in a second.
    kept = hashlib.sha256(request.form["password"].encode()).hexdigest()
    with sqlite3.connect("shop.db") as db:
        db.execute("INSERT INTO users (email, password) VALUES (?, ?)", (request.form["email"], kept))
    return {}, 201
