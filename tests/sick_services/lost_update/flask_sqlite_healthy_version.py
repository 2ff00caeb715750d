"""Withdraws with a version column: whoever comes second gets a conflict."""

import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)
DB = "accounts.db"


def connect():
    return sqlite3.connect(DB, timeout=5)


with closing(connect()) as db:
    db.execute(
        "CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER, version INTEGER DEFAULT 0)"
    )


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
        balance, version = db.execute("SELECT balance, version FROM accounts WHERE id = ?", (account,)).fetchone()
        if balance < amount:
            return jsonify(error="not enough"), 409
        cursor = db.execute(
            "UPDATE accounts SET balance = ?, version = version + 1 WHERE id = ? AND version = ?",
            (balance - amount, account, version),
        )
        db.commit()
        return (jsonify(ok=True), 200) if cursor.rowcount else (jsonify(error="changed meanwhile"), 409)
    finally:
        db.close()
