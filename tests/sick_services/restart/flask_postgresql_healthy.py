"""Answers once the order is committed."""

import os

import psycopg
from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return psycopg.connect(os.environ["DATABASE_URL"])


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, amount integer NOT NULL)")


@app.post("/orders")
def order():
    with connect() as db:
        db.execute("INSERT INTO orders (amount) VALUES (%s)", (request.json["amount"],))
    return jsonify(ok=True), 201


@app.get("/orders")
def read():
    with connect() as db:
        rows = db.execute("SELECT amount FROM orders ORDER BY id").fetchall()
    return jsonify([row[0] for row in rows])
