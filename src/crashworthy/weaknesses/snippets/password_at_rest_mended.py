import sqlite3

from argon2 import PasswordHasher
from flask import Flask, request

app = Flask(__name__)
hasher = PasswordHasher()  # Argon2id: slow, needs memory, and makes a salt of its own for each password


@app.post("/users")
def sign_up():
    kept = hasher.hash(request.form["password"])
    with sqlite3.connect("shop.db") as db:
        db.execute("INSERT OR IGNORE INTO users (email, password) VALUES (?, ?)", (request.form["email"], kept))
    return {}, 201
