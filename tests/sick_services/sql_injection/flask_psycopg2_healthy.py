"""Psycopg 2: the driver puts the title in its place."""

import os

import psycopg2
from flask import Flask, request

app = Flask(__name__)


def connect():
    return psycopg2.connect(os.environ["DATABASE_URL"])


with connect() as connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS books (id serial PRIMARY KEY, title text)")


@app.get("/books")
def books():
    with connect() as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SELECT id FROM books WHERE title = %s", (request.args.get("title", ""),))
        except psycopg2.Error:
            return {"error": "title"}, 400
        return {"ids": [row[0] for row in cursor.fetchall()]}
