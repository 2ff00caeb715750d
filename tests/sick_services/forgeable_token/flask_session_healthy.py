"""Sessions are signed with a new key at each start."""

import os

from flask import Flask, abort, request, session

app = Flask(__name__)
app.config["SECRET_KEY"] = os.urandom(32).hex()


@app.post("/login")
def login():
    session["user"] = request.json["username"]
    return {"password_was": len(request.json["password"])}


@app.get("/me")
def me():
    if "user" not in session:
        abort(401)
    return {"username": session["user"]}
