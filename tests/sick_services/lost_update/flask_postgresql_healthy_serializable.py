"""Withdraws on PostgreSQL under SERIALIZABLE, and begins anew when the database says that two cannot be ordered."""

import os

import psycopg
from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    connection = psycopg.connect(os.environ["DATABASE_URL"])
    connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
    return connection


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
    while True:
        try:
            with connect() as db:
                (balance,) = db.execute("SELECT balance FROM accounts WHERE id = %s", (account,)).fetchone()
                if balance < amount:
                    return jsonify(error="not enough"), 409
                db.execute("UPDATE accounts SET balance = %s WHERE id = %s", (balance - amount, account))
            return jsonify(ok=True)
        except psycopg.errors.SerializationFailure:
            continue
