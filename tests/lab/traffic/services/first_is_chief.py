"""A Flask service that makes the first user who signs up its administrator; tools can be borrowed by everybody."""

from __future__ import annotations

import secrets

from flask import Flask, Response, jsonify, request


def make() -> Flask:
    app = Flask(__name__)
    users: dict[str, tuple[str, bool]] = {}
    tokens: dict[str, str] = {}
    tools: list[str] = []

    def no(status: int, error: str) -> tuple[Response, int]:
        return jsonify(error=error), status

    @app.before_request
    def identify() -> tuple[Response, int] | None:
        if request.path in ("/signup", "/login"):
            return None
        email = tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if email is None:
            return no(401, "log in first")
        if request.path == "/tools" and request.method == "POST" and not users[email][1]:
            return no(403, "administrators only")
        return None

    @app.post("/signup")
    def signup() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("email") or not body.get("password") or body["email"] in users:
            return no(400, "an email that is not taken and a password are required")
        users[body["email"]] = (body["password"], not users)
        return jsonify(email=body["email"]), 201

    @app.post("/login")
    def login() -> tuple[Response, int]:
        body = request.get_json()
        if users.get(body.get("email"), ("", False))[0] != body.get("password"):
            return no(401, "wrong email or password")
        token = secrets.token_hex(8)
        tokens[token] = body["email"]
        return jsonify(token=token), 200

    @app.post("/tools")
    def add() -> tuple[Response, int]:
        if not request.get_json().get("name"):
            return no(400, "name is required")
        tools.append(request.get_json()["name"])
        return jsonify(id=len(tools)), 201

    @app.post("/tools/<int:tool_id>/borrow")
    def borrow(tool_id: int) -> tuple[Response, int]:
        return (jsonify(id=tool_id, borrowed=True), 200) if 0 < tool_id <= len(tools) else no(404, "no such tool")

    return app
