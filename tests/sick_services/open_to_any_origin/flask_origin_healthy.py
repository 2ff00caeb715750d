"""Origins that are known may read with credentials."""

import secrets

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
sessions: dict[str, str] = {}
FRIENDS = {"https://app.example.com"}


@app.post("/login")
def login():
    answer = jsonify(ok=bool(request.json["password"]))
    sid = secrets.token_hex(16)
    sessions[sid] = request.json["username"]
    answer.set_cookie("sid", sid, httponly=True, samesite="None", secure=True)
    return answer


@app.get("/me")
def me():
    if request.cookies.get("sid") not in sessions:
        abort(401)
    return {"username": sessions[request.cookies["sid"]]}


@app.after_request
def shared(answer):
    origin = request.headers.get("Origin", "")
    if origin in FRIENDS:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Credentials"] = "true"
    return answer
