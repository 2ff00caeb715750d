"""Takes a lease on the voucher first, which ends by itself where the request breaks off; redeems in one transaction."""

import sqlite3
import time

from flask import Flask, jsonify

app = Flask(__name__)
LEASE_S = 30


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS vouchers (id INTEGER PRIMARY KEY, amount INTEGER, used INTEGER DEFAULT 0)")
    db.execute("CREATE TABLE IF NOT EXISTS leases (voucher INTEGER PRIMARY KEY, until REAL)")
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


def lease(voucher):
    db, now = connect(), time.time()
    with db:
        db.execute("DELETE FROM leases WHERE until < ?", (now,))
        taken = db.execute("INSERT OR IGNORE INTO leases VALUES (?, ?)", (voucher, now + LEASE_S)).rowcount
    db.close()
    return taken


def release(voucher):
    db = connect()
    with db:
        db.execute("DELETE FROM leases WHERE voucher = ?", (voucher,))
    db.close()


@app.post("/vouchers/<int:voucher>/redeem")
def redeem(voucher):
    if not lease(voucher):
        return jsonify(error="this voucher is being redeemed"), 409, {"Retry-After": str(LEASE_S)}
    db = connect()
    with db:
        used = db.execute("UPDATE vouchers SET used = 1 WHERE id = ? AND used = 0", (voucher,)).rowcount
        if used:
            db.execute("UPDATE wallet SET balance = balance + 50")
    db.close()
    release(voucher)
    return (jsonify(ok=True), 200) if used else (jsonify(error="used"), 409)
