"""Books once per key; the receipt stands in an outbox and is sent in the background, later or after a restart."""

import sqlite3
import threading
import time
import urllib.request

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("bank.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")
    db.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY)")
    db.execute("CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, amount INTEGER, sent INTEGER DEFAULT 0)")
db.close()


def deliver():
    while True:
        db = connect()
        for number, amount in db.execute("SELECT id, amount FROM outbox WHERE NOT sent").fetchall():
            data = b'{"receipt": %d, "amount": %d}' % (number, amount)
            urllib.request.urlopen(urllib.request.Request("http://mail.example.com/messages", data), timeout=5).close()
            db.execute("UPDATE outbox SET sent = 1 WHERE id = ?", (number,))
            db.commit()
        db.close()
        time.sleep(1.5)


threading.Thread(target=deliver, daemon=True).start()


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
    key, amount = request.headers.get("Idempotency-Key", ""), request.json["amount"]
    db = connect()
    if db.execute("INSERT OR IGNORE INTO keys VALUES (?)", (f"{account} {amount} {key}",)).rowcount:
        db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (amount, account))
        db.execute("INSERT INTO outbox (amount) VALUES (?)", (amount,))
    db.commit()
    db.close()
    return jsonify(ok=True)
