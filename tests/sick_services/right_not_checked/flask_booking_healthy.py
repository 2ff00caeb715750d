"""Whoever works here may be booked by everybody who has a login; what they earn is for administrators only."""

import secrets

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
PASSWORD = "first-admin-2020"
accounts = {"admin": PASSWORD}
tokens: dict[str, str] = {}
booked: dict[int, str] = {}


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


@app.get("/staff/free")
def free():
    return jsonify([hour for hour in range(9, 17) if hour not in booked])


@app.post("/staff/hours")
def book():
    hour = 9 + len(booked)
    booked[hour] = caller()
    return {"hour": hour}, 201
