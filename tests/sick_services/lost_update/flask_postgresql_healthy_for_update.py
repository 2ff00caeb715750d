"""Withdraws on PostgreSQL under a row lock taken before reading (SELECT FOR UPDATE)."""

import os

import psycopg
from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return psycopg.connect(os.environ["DATABASE_URL"])


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id serial PRIMARY KEY, balance integer NOT NULL)")


@app.post("/accounts")
def create():
    with connect() as db:
        insert = "INSERT INTO accounts (balance) VALUES (%s) RETURNING id"
        row = db.execute(insert, (request.json["balance"],)).fetchone()
    return jsonify(id=row[0]), 201


@app.get("/accounts/<int:account>")
def read(account):
    with connect() as db:
        row = db.execute("SELECT balance FROM accounts WHERE id = %s", (account,)).fetchone()
    return jsonify(id=account, balance=row[0])


@app.post("/accounts/<int:account>/withdraw")
def withdraw(account):
    amount = request.json["amount"]
    with connect() as db:
        (balance,) = db.execute("SELECT balance FROM accounts WHERE id = %s FOR UPDATE", (account,)).fetchone()
        if balance < amount:
            return jsonify(error="not enough"), 409
        db.execute("UPDATE accounts SET balance = %s WHERE id = %s", (balance - amount, account))
    return jsonify(ok=True)
