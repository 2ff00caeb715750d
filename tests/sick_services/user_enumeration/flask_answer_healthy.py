"""The login says the same of every wrong pair, and repeats the name."""

from flask import Flask, jsonify, request

app = Flask(__name__)
users: dict[str, str] = {}


@app.post("/register")
def register():
    users[request.json["username"]] = request.json["password"]
    return {"username": request.json["username"]}, 201


@app.post("/login")
def login():
    name = request.json["username"]
    if users.get(name) != request.json["password"]:
        return jsonify(error=f"{name}: wrong name or password"), 401
    return {"token": "t"}
