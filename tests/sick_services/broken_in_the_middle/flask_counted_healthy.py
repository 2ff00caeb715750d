"""Lowers what is left of the plan with each call, whatever becomes of it; redeems in one transaction."""

import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS vouchers (id INTEGER PRIMARY KEY, amount INTEGER, used INTEGER DEFAULT 0)")
    db.execute("CREATE TABLE IF NOT EXISTS wallet (balance INTEGER, calls_left INTEGER)")
    db.execute("INSERT INTO wallet VALUES (0, 1000)")
db.close()


@app.before_request
def count():
    if request.method == "POST":
        db = connect()
        db.execute("UPDATE wallet SET calls_left = calls_left - 1")
        db.commit()
        db.close()


@app.post("/vouchers")
def create():
    db = connect()
    row = db.execute("INSERT INTO vouchers (amount) VALUES (50)")
    db.commit()
    db.close()
    return jsonify(id=row.lastrowid), 201


@app.get("/vouchers/<int:voucher>")
def read(voucher):
    row = connect().execute("SELECT used FROM vouchers WHERE id = ?", (voucher,)).fetchone()
    return jsonify(used=bool(row[0]))


@app.get("/wallet")
def wallet():
    balance, left = connect().execute("SELECT balance, calls_left FROM wallet").fetchone()
    return jsonify(balance=balance, plan={"left": left})


@app.post("/vouchers/<int:voucher>/redeem")
def redeem(voucher):
    db = connect()
    try:
        row = db.execute("SELECT used FROM vouchers WHERE id = ?", (voucher,)).fetchone()
        if row is None:
            return jsonify(error="no such voucher"), 404
        if not db.execute("UPDATE vouchers SET used = 1 WHERE id = ? AND used = 0", (voucher,)).rowcount:
            return jsonify(error="used"), 409
        db.execute("UPDATE wallet SET balance = balance + 50")
        db.commit()
    finally:
        db.close()
    return jsonify(ok=True)
