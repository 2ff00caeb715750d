"""The first administrator gets a password of his own; the usual ones are refused."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
REFUSED = {"admin123", "password"}
accounts = {"admin": secrets.token_urlsafe()}
tokens: dict[str, str] = {}


@app.post("/login")
def login():
    name, password = request.json["username"], request.json["password"]
    if password in REFUSED or accounts.get(name) != password:
        abort(401)
    token = secrets.token_hex(16)
    tokens[token] = name
    return {"token": token}


@app.get("/accounts")
def listing():
    if tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer ")) != "admin":
        abort(401)
    return {"accounts": list(accounts)}
