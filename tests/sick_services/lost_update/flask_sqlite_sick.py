"""Withdraws by reading the balance and writing it back."""

import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)
DB = "accounts.db"


def connect():
    return sqlite3.connect(DB, timeout=5)


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")


@app.post("/accounts")
def create():
    db = connect()
    cursor = db.execute("INSERT INTO accounts (balance) VALUES (?)", (request.json["balance"],))
    db.commit()
    db.close()
    return jsonify(id=cursor.lastrowid), 201


@app.get("/accounts/<int:account>")
def read(account):
    db = connect()
    row = db.execute("SELECT id, balance FROM accounts WHERE id = ?", (account,)).fetchone()
    db.close()
    return jsonify(id=row[0], balance=row[1]) if row else (jsonify(error="no such account"), 404)


@app.post("/accounts/<int:account>/withdraw")
def withdraw(account):
    amount = request.json["amount"]
    db = connect()
    try:
        (balance,) = db.execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
        if balance < amount:
            return jsonify(error="not enough"), 409
        db.execute("UPDATE accounts SET balance = ? WHERE id = ?", (balance - amount, account))
        db.commit()
        return jsonify(ok=True)
    finally:
        db.close()
