"""Uses the code up, which nobody can read back, and pays it in, in one transaction."""

import sqlite3

from flask import Flask, jsonify

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS vouchers (id INTEGER PRIMARY KEY, amount INTEGER, used INTEGER DEFAULT 0)")
    db.execute("CREATE TABLE IF NOT EXISTS wallet (balance INTEGER)")
    db.execute("INSERT INTO wallet VALUES (0)")
db.close()


@app.post("/vouchers")
def create():
    with connect() as db:
        row = db.execute("INSERT INTO vouchers (amount) VALUES (50)")
    return jsonify(id=row.lastrowid), 201


@app.get("/wallet")
def wallet():
    return jsonify(balance=connect().execute("SELECT balance FROM wallet").fetchone()[0])


@app.post("/vouchers/<int:voucher>/redeem")
def redeem(voucher):
    db = connect()
    if not db.execute("UPDATE vouchers SET used = 1 WHERE id = ? AND used = 0", (voucher,)).rowcount:
        return jsonify(error="used"), 409
    db.execute("UPDATE wallet SET balance = balance + 50")
    db.commit()
    db.close()
    return jsonify(ok=True)
