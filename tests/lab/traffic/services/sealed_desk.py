"""A Flask service with sessions: a change without the visitor's seal is a bad request before anybody looks who asks.

The first user who signs up may remove letters.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, jsonify, make_response, request


def make() -> Flask:
    app = Flask(__name__)
    users: dict[str, tuple[str, bool]] = {}
    sessions: dict[str, str] = {}
    letters: dict[int, str] = {}

    def no(status: int, error: str) -> tuple[Response, int]:
        return jsonify(error=error), status

    @app.before_request
    def check() -> tuple[Response, int] | None:
        if request.path in ("/signup", "/login"):
            return None
        if request.method != "GET" and "sid" not in request.cookies:
            return no(400, "the seal is missing")
        if request.cookies.get("sid") not in sessions:
            return no(401, "log in first")
        return None

    @app.post("/signup")
    def signup() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("username") or not body.get("password") or body["username"] in users:
            return no(400, "a username that is not taken and a password are required")
        users[body["username"]] = (body["password"], not users)
        return jsonify(username=body["username"]), 201

    @app.post("/login")
    def login() -> Response | tuple[Response, int]:
        body = request.get_json()
        if users.get(body.get("username"), ("", False))[0] != body.get("password"):
            return no(401, "wrong name or password")
        answer = make_response(jsonify(welcome=True))
        session = secrets.token_hex(8)
        sessions[session] = body["username"]
        answer.set_cookie("sid", session)
        return answer

    @app.post("/letters")
    def write() -> tuple[Response, int]:
        letters[len(letters) + 1] = sessions[request.cookies["sid"]]
        return jsonify(id=len(letters)), 201

    @app.get("/letters")
    def listed() -> Response:
        return jsonify(letters=[each for each, owner in letters.items() if owner == sessions[request.cookies["sid"]]])

    @app.delete("/letters/<int:letter_id>")
    def remove(letter_id: int) -> tuple[Response, int]:
        if not users[sessions[request.cookies["sid"]]][1]:
            return no(403, "not yours to remove")
        return (jsonify(removed=True), 200) if letters.pop(letter_id, None) else no(404, "no such letter")

    return app
