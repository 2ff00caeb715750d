"""A Flask service whose tokens say what their owner may do: a new role counts from the next login on."""

from __future__ import annotations

import secrets

from flask import Flask, Response, jsonify, request

ROLES = ("member", "keeper", "admin")


def make() -> Flask:
    app = Flask(__name__)
    users = {1: {"email": "root@example.com", "password": "In-Chief-1", "role": "admin"}}
    tokens: dict[str, str] = {}

    def no(status: int, error: str) -> tuple[Response, int]:
        return jsonify(error=error), status

    def role() -> str | None:
        return tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    @app.post("/signup")
    def signup() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("email") or not body.get("password"):
            return no(400, "email and password are required")
        users[len(users) + 1] = {"email": body["email"], "password": body["password"], "role": "member"}
        return jsonify(id=len(users), email=body["email"]), 201

    @app.post("/login")
    def login() -> tuple[Response, int]:
        body = request.get_json()
        for user in users.values():
            if (user["email"], user["password"]) == (body.get("email"), body.get("password")):
                token = secrets.token_hex(8)
                tokens[token] = user["role"]
                return jsonify(token=token), 200
        return no(401, "wrong email or password")

    @app.post("/members/<int:user_id>/role")
    def give(user_id: int) -> tuple[Response, int]:
        if role() != "admin":
            return no(401 if role() is None else 403, "administrators only")
        if user_id not in users:
            return no(404, "no such member")
        new = request.get_json().get("role")
        if new not in ROLES:
            return no(400, f"role must be one of {', '.join(ROLES)}")
        users[user_id]["role"] = new
        return jsonify(id=user_id, role=new), 200

    @app.post("/locks")
    def lock() -> tuple[Response, int]:
        if role() != "keeper":
            return no(401 if role() is None else 403, "you are no keeper")
        return jsonify(locked=True), 201

    return app
