import sqlite3

from flask import Flask, abort, request
from werkzeug.security import generate_password_hash

app = Flask(__name__)
db = sqlite3.connect("shop.db", check_same_thread=False)


def user():
    found = db.execute("SELECT user FROM tokens WHERE token = ?", (request.headers.get("X-Token"),)).fetchone()
    return found[0] if found else abort(401)


@app.put("/password")
def change():
    name, digest = user(), generate_password_hash(request.form.get("new_password", ""))
    with db:
        db.execute("UPDATE users SET password = ? WHERE name = ?", (digest, name))
        db.execute("DELETE FROM tokens WHERE user = ? AND token != ?", (name, request.headers["X-Token"]))
    return {"changed": name}
