"""A Flask service with tokens of more than 300 characters, which answers 422 to a credential that it cannot read."""

from __future__ import annotations

import secrets

from flask import Flask, Response, jsonify, request


def make() -> Flask:
    app = Flask(__name__)
    users: dict[str, str] = {}
    tokens: dict[str, str] = {}
    notes: dict[int, str] = {}

    @app.before_request
    def identify() -> tuple[Response, int] | None:
        if request.path in ("/register", "/login"):
            return None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            return jsonify(msg="Missing Authorization Header"), 401
        if token.count(".") != 2:
            return jsonify(msg="Not enough segments"), 422
        return None if token in tokens else (jsonify(msg="Signature verification failed"), 422)

    @app.post("/register")
    def register() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("username") or not body.get("password"):
            return jsonify(error="username and password are required"), 400
        users[body["username"]] = body["password"]
        return jsonify(username=body["username"]), 201

    @app.post("/login")
    def login() -> tuple[Response, int]:
        body = request.get_json()
        if users.get(body.get("username")) != body.get("password"):
            return jsonify(error="wrong name or password"), 401
        token = f"{secrets.token_hex(20)}.{secrets.token_hex(120)}.{secrets.token_hex(40)}"
        tokens[token] = body["username"]
        return jsonify(access_token=token), 200

    @app.post("/notes")
    def add() -> tuple[Response, int]:
        if not request.get_json().get("text"):
            return jsonify(error="text is required"), 400
        notes[len(notes) + 1] = request.get_json()["text"]
        return jsonify(id=len(notes)), 201

    @app.get("/notes/<int:note_id>")
    def show(note_id: int) -> tuple[Response, int]:
        return (jsonify(text=notes[note_id]), 200) if note_id in notes else (jsonify(error="not found"), 404)

    return app
