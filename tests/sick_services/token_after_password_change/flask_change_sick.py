"""The password changes, and all logins go on."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
accounts: dict[str, str] = {}
tokens: dict[str, str] = {}


def caller() -> str:
    name = tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if name is None:
        abort(401)
    return name


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
    return {"username": caller()}


@app.put("/me/password")
def change():
    name = caller()
    if accounts[name] != request.json["old_password"]:
        abort(403)
    accounts[name] = request.json["new_password"]
    return {"ok": True}
