"""The cookie stays on the site."""

import os
import sqlite3

from flask import Flask, abort, request, session

app = Flask(__name__)
app.config["SECRET_KEY"] = os.urandom(32).hex()
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"


def connect():
    connection = sqlite3.connect("shop.db")
    connection.execute("CREATE TABLE IF NOT EXISTS customers (username TEXT PRIMARY KEY, address TEXT)")
    return connection


@app.post("/login")
def login():
    session["user"] = request.json["username"]
    return {"password_was": len(request.json["password"])}


@app.post("/address")
def change():
    if "user" not in session:
        abort(401)
    with connect() as connection:
        connection.execute(
            "INSERT INTO customers VALUES (?, ?) ON CONFLICT (username) DO UPDATE SET address = excluded.address",
            (session["user"], request.form["address"]),
        )
    return {"ok": True}
