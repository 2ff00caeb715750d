"""Whoever asks for himself gets what is kept of his password."""

import secrets
import sqlite3

from flask import Flask, abort, request
from werkzeug.security import generate_password_hash

app = Flask(__name__)
tokens: dict[str, str] = {}


def db() -> sqlite3.Connection:
    return sqlite3.connect("users.db", isolation_level=None)


db().execute("CREATE TABLE IF NOT EXISTS users (name TEXT, kept TEXT)")


def keep(password: str) -> str:
    return generate_password_hash(password, "pbkdf2:sha256:1000")


@app.post("/register")
def register():
    data = request.get_json()
    db().execute("INSERT INTO users VALUES (?, ?)", (data["username"], keep(data["password"])))
    token = secrets.token_hex(8)
    tokens[token] = data["username"]
    return {"token": token}, 201


@app.get("/me")
def me():
    name = tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if name is None:
        abort(401)
    kept = db().execute("SELECT kept FROM users WHERE name = ?", (name,)).fetchone()[0]
    return {"username": name, "password": kept, "password_algorithm": kept[:4]}
