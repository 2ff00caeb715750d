import sqlite3

from flask import Flask, abort, request

app = Flask(__name__)
db = sqlite3.connect("shop.db", check_same_thread=False)


def user():
    found = db.execute("SELECT user FROM tokens WHERE token = ?", (request.headers.get("X-Token"),)).fetchone()
    return found[0] if found else abort(401)


@app.get("/account")
def account():
    return {"user": user()}


@app.post("/logout")
def logout():
    name = user()
    with db:
        db.execute("DELETE FROM tokens WHERE token = ?", (request.headers["X-Token"],))
    return {"goodbye": name}
