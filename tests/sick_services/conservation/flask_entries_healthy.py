"""Books debits as positive and credits as negative amounts, never below zero."""

import sqlite3

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("bank.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER CHECK (balance >= 0))")
db.close()


@app.post("/accounts")
def open_account():
    with connect() as db:
        made = db.execute("INSERT INTO accounts (balance) VALUES (?)", (request.json["balance"],))
    db.close()
    return jsonify(id=made.lastrowid), 201


@app.get("/accounts/<int:account>")
def read(account):
    row = connect().execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
    return jsonify(id=account, balance=row[0]) if row else abort(404)


@app.post("/accounts/<int:account>/entries")
def book(account):
    db = connect()
    try:
        with db:
            db.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", (request.json["amount"], account))
    except sqlite3.IntegrityError:
        abort(409)
    finally:
        db.close()
    return jsonify(ok=True)
