"""Claims the key by a unique constraint in the transaction that books; refuses another body under it."""

import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("bank.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")
    db.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, account INTEGER, amount INTEGER)")
db.close()


@app.post("/accounts")
def create():
    with connect() as db:
        row = db.execute("INSERT INTO accounts (balance) VALUES (?)", (request.json["balance"],))
    return jsonify(id=row.lastrowid), 201


@app.get("/accounts/<int:account>")
def read(account):
    row = connect().execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
    return jsonify(id=account, balance=row[0])


@app.post("/accounts/<int:account>/deposit")
def deposit(account):
    key, amount = request.headers.get("Idempotency-Key"), request.json["amount"]
    db = connect()
    claimed = db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", (key, account, amount)).rowcount
    known = db.execute("SELECT account, amount FROM keys WHERE key = ?", (key,)).fetchone()
    if claimed:
        db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (amount, account))
    db.commit()
    db.close()
    if known != (account, amount):
        return jsonify(error="this key was used for another request"), 422
    return jsonify(ok=True)
