"""The form brings a token that its page has told; who has none is sent back to the page, and the visit is noted."""

import os
import secrets
import sqlite3

from flask import Flask, abort, redirect, request, session

app = Flask(__name__)
app.config["SECRET_KEY"] = os.urandom(32).hex()


def connect():
    connection = sqlite3.connect("shop.db")
    connection.execute("CREATE TABLE IF NOT EXISTS customers (username TEXT PRIMARY KEY, address TEXT)")
    connection.execute("CREATE TABLE IF NOT EXISTS visits (username TEXT)")
    return connection


@app.post("/login")
def login():
    session["user"] = request.json["username"]
    return {"password_was": len(request.json["password"])}


@app.get("/address")
def page():
    session["proof"] = secrets.token_hex(16)
    return f'<form method="post"><input name="t" value="{session["proof"]}"><input name="address"></form>'


@app.post("/address")
def change():
    if "user" not in session:
        abort(401)
    with connect() as connection:
        connection.execute("INSERT INTO visits VALUES (?)", (session["user"],))
        if request.form.get("t") != session.get("proof"):
            return redirect("/address")
        connection.execute(
            "INSERT INTO customers VALUES (?, ?) ON CONFLICT (username) DO UPDATE SET address = excluded.address",
            (session["user"], request.form["address"]),
        )
    return redirect("/address")
