import secrets
import sqlite3
import time
from contextlib import closing

from flask import Flask, abort, request

app = Flask(__name__)
LIFETIME_S = 3600


def user_of(db, token):
    row = db.execute("SELECT name FROM sessions WHERE token = ?", (token,)).fetchone()
    return row[0] if row else abort(401)


@app.post("/sessions")
def renew():
    new = secrets.token_urlsafe()
    with closing(sqlite3.connect("shop.db")) as db, db:
        name = user_of(db, request.headers.get("X-Session", ""))
        db.execute("INSERT INTO sessions VALUES (?, ?, ?)", (new, name, time.time() + LIFETIME_S))
    return {"token": new, "expires_in": LIFETIME_S}
