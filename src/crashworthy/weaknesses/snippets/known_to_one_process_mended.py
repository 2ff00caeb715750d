import os

from flask import Flask, abort, request, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]  # the same for all workers


@app.post("/login")
def login():
    session["name"] = request.form["name"]
    return {}


@app.get("/me")
def me():
    if "name" not in session:
        abort(401)
    return {"name": session["name"]}
