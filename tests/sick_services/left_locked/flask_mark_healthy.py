"""Marks in a file that it rebuilds the accounts, and takes a mark that is left at the start for that of a crash."""

import os
import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)
MARK = "rebuilding"

if os.path.exists(MARK):
    os.remove(MARK)


def connect():
    return sqlite3.connect("bank.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER)")
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
    with open(MARK, "w") as mark:
        mark.write("1")
    db = connect()
    with db:
        db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (request.json["amount"], account))
    db.close()
    os.remove(MARK)
    return jsonify(ok=True)
