"""Tokens stay in the table."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
accounts: dict[str, str] = {}
tokens: dict[str, str] = {}


@app.post("/signup")
def signup():
    accounts[request.json["username"]] = request.json["password"]
    return {"username": request.json["username"]}, 201


@app.post("/login")
def login():
    if accounts.get(request.json["username"]) != request.json["password"]:
        abort(401)
    token = secrets.token_hex(16)
    tokens[token] = request.json["username"]
    return {"token": token}


@app.get("/me")
def me():
    found = tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if found is None:
        abort(401)
    return {"username": found}
