"""The logout ends the session, and takes the cookie from the browser."""

import secrets

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
sessions: dict[str, str] = {}


@app.post("/login")
def login():
    answer = jsonify(ok=bool(request.json["password"]))
    sid = secrets.token_hex(16)
    sessions[sid] = request.json["username"]
    answer.set_cookie("sid", sid, httponly=True)
    return answer


@app.get("/me")
def me():
    if request.cookies.get("sid") not in sessions:
        abort(401)
    return {"username": sessions[request.cookies["sid"]]}


@app.post("/logout")
def logout():
    answer = jsonify(ok=True)
    sessions.pop(request.cookies.get("sid", ""), None)
    answer.delete_cookie("sid")
    return answer
