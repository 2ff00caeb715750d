"""Under /admin, all ask for the right."""

import secrets

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
PASSWORD = "first-admin-2020"
accounts = {"admin": PASSWORD}
tokens: dict[str, str] = {}


def caller(*, admin: bool = False) -> str:
    name = tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if name is None:
        abort(401)
    if admin and name != "admin":
        abort(403)
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


@app.get("/admin/report")
def report():
    caller(admin=True)
    return {"accounts": len(accounts)}


@app.get("/admin/accounts")
def listing():
    caller(admin=True)
    return jsonify(list(accounts))
