"""Marks an account as busy until a time, after which anybody may go on."""

import sqlite3
import time

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("bank.db", timeout=5)


with connect() as db:
    db.execute(
        "CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER, busy_until REAL DEFAULT 0)"
    )
db.close()


@app.post("/accounts")
def create():
    db = connect()
    with db:
        row = db.execute("INSERT INTO accounts (balance) VALUES (?)", (request.json["balance"],))
    db.close()
    return jsonify(id=row.lastrowid), 201


@app.get("/accounts/<int:account>")
def read(account):
    row = connect().execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
    return jsonify(balance=row[0])


@app.post("/accounts/<int:account>/deposit")
def deposit(account):
    db = connect()
    now = time.time()
    with db:
        mark = "UPDATE accounts SET busy_until = ? WHERE id = ? AND busy_until < ?"
        taken = db.execute(mark, (now + 600, account, now)).rowcount
    if not taken:
        return jsonify(error="this account is busy"), 409
    with db:
        db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (request.json["amount"], account))
        db.execute("UPDATE accounts SET busy_until = 0 WHERE id = ?", (account,))
    db.close()
    return jsonify(ok=True)
