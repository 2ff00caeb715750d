"""Adds and takes within the statement, so that a transfer to oneself changes nothing."""

import sqlite3

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("bank.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER)")
db.close()


def balance_of(db, account):
    row = db.execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
    return row[0] if row else abort(404)


@app.post("/accounts")
def open_account():
    with connect() as db:
        made = db.execute("INSERT INTO accounts (balance) VALUES (?)", (request.json["balance"],))
    db.close()
    return jsonify(id=made.lastrowid), 201


@app.get("/accounts/<int:account>")
def read(account):
    db = connect()
    balance = balance_of(db, account)
    db.close()
    return jsonify(id=account, balance=balance)


@app.post("/transfers")
def transfer():
    source, target, amount = (request.json[name] for name in ("from_account", "to_account", "amount"))
    if amount <= 0:
        abort(400)
    with connect() as db:
        db.execute("BEGIN IMMEDIATE")
        of_source = balance_of(db, source)
        if of_source < amount:
            abort(409)
        db.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", (amount, source))
        db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (amount, target))
    db.close()
    return jsonify(moved=amount), 201
