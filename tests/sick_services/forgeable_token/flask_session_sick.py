"""Sessions are signed with a key that stands here."""

from flask import Flask, abort, request, session

app = Flask(__name__)
app.config["SECRET_KEY"] = "seat-reservation-9000"


@app.post("/login")
def login():
    session["user"] = request.json["username"]
    return {"password_was": len(request.json["password"])}


@app.get("/me")
def me():
    if "user" not in session:
        abort(401)
    return {"username": session["user"]}
