"""The card of a payment is kept in the database, its security code with it."""

import sqlite3

from flask import Flask, request

app = Flask(__name__)


def db() -> sqlite3.Connection:
    return sqlite3.connect("shop.db", isolation_level=None)


db().execute("CREATE TABLE IF NOT EXISTS payments (card_number TEXT, expiry TEXT, cvv TEXT, amount INTEGER)")


@app.post("/payments")
def pay():
    data = request.get_json()
    row = (data["card_number"], data["expiry"], data["cvv"], data["amount"])
    made = db().execute("INSERT INTO payments VALUES (?, ?, ?, ?)", row)
    return {"id": made.lastrowid, "card": data["card_number"][-4:]}, 201
