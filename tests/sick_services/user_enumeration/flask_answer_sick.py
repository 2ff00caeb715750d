"""The login says which half of the pair was wrong."""

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
    if name not in users:
        return jsonify(error=f"there is no {name}"), 401
    if users[name] != request.json["password"]:
        return jsonify(error="wrong password"), 401
    return {"token": "t"}
