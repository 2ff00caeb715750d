"""A first administrator is made with a password that stands here."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
accounts = {"admin": "admin123"}
tokens: dict[str, str] = {}


@app.post("/login")
def login():
    name, password = request.json["username"], request.json["password"]
    if accounts.get(name) != password:
        abort(401)
    token = secrets.token_hex(16)
    tokens[token] = name
    return {"token": token}


@app.get("/accounts")
def listing():
    if tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer ")) != "admin":
        abort(401)
    return {"accounts": list(accounts)}
