import sqlite3
from contextlib import closing

from flask import Flask, request

app = Flask(__name__)
SCHEMA = "CREATE TABLE IF NOT EXISTS members (email TEXT NOT NULL UNIQUE)"


@app.post("/members")
def join():
    email = request.form["email"]
    with closing(sqlite3.connect("club.db")) as db, db:
        db.execute(SCHEMA)
        try:
            db.execute("INSERT INTO members (email) VALUES (?)", (email,))
        except sqlite3.IntegrityError:
            # The constraint is the check, and what it says is an answer.
            return {"error": "you are a member already"}, 409
    return {"email": email}, 201
