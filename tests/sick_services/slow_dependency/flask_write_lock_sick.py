"""Calls its provider between a write and the commit, so that nobody else can write meanwhile."""

import sqlite3
import urllib.request
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("orders.db")


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (amount INTEGER)")
    db.execute("CREATE TABLE IF NOT EXISTS people (name TEXT)")


@app.post("/orders")
def order():
    amount = request.json["amount"]
    with closing(connect()) as db:
        db.execute("INSERT INTO orders VALUES (?)", (amount,))
        with urllib.request.urlopen(f"http://payments.example.com/charges?amount={amount}") as answer:
            answer.read(1000)
        db.commit()
    return jsonify(ok=True), 201


@app.post("/people")
def person():
    with closing(connect()) as db:
        db.execute("INSERT INTO people VALUES (?)", (request.json["name"],))
        db.commit()
    return jsonify(ok=True), 201


@app.get("/health")
def health():
    return jsonify(ok=True)
