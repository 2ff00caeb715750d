"""Takes any amount: a balance that the database cannot add to any more fails each later deposit to that account."""

import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("accounts.db")


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")


@app.post("/accounts")
def create():
    with closing(connect()) as db:
        cursor = db.execute("INSERT INTO accounts (balance) VALUES (0)")
        db.commit()
    return jsonify(id=cursor.lastrowid), 201


@app.post("/accounts/<int:account>/deposits")
def deposit(account):
    amount = (request.get_json(silent=True) or {}).get("amount")
    if not isinstance(amount, int) or not 0 < amount < 2**63:
        return jsonify(error="amount must be a positive number"), 400
    with closing(connect()) as db:
        row = db.execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
        if row is None:
            return jsonify(error="no such account"), 404
        db.execute("UPDATE accounts SET balance = ? WHERE id = ?", (row[0] + amount, account))
        db.commit()
    return jsonify(balance=row[0] + amount)
