import sqlite3

from flask import Flask, request

app = Flask(__name__)
SCHEMA = "CREATE TABLE IF NOT EXISTS members (email TEXT NOT NULL UNIQUE)"


@app.post("/members")
def join():
    email = request.form["email"]
    db = sqlite3.connect("club.db")
    db.execute(SCHEMA)
    if db.execute("SELECT 1 FROM members WHERE email = ?", (email,)).fetchone():
        return {"error": "you are a member already"}, 409
    # Of two equal requests at once the second is refused here, by an IntegrityError.
    db.execute("INSERT INTO members (email) VALUES (?)", (email,))
    db.commit()
    return {"email": email}, 201
