"""Who works here may be read by everybody, and what they earn by administrators only."""

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


@app.get("/staff/salaries")
def salaries():
    caller(admin=True)
    return {"Dr. Weiss": 5400, "Dr. Klein": 5100}


@app.get("/staff")
def listing():
    return jsonify(["Dr. Weiss", "Dr. Klein"])
