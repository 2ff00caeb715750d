"""Two tokens per login: one for everything, and one that is good for nothing but a new one of the first kind."""

from __future__ import annotations

import secrets

from flask import Flask, Response, jsonify, request


def make() -> Flask:
    app = Flask(__name__)
    users: dict[str, str] = {}
    tokens: dict[str, str] = {}

    def no(status: int, message: str) -> tuple[Response, int]:
        return jsonify(msg=message), status

    @app.before_request
    def check() -> tuple[Response, int] | None:
        if request.path in ("/register", "/login"):
            return None
        kind = tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if kind is None:
            return no(401, "missing authorization header")
        wanted = "refresh" if request.path == "/renew" else "access"
        return None if kind == wanted else no(422, f"only {wanted} tokens are allowed")

    @app.post("/register")
    def register() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("username") or not body.get("password"):
            return no(400, "username and password are required")
        users[body["username"]] = body["password"]
        return jsonify(ok=True), 201

    @app.post("/login")
    def login() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("password") or users.get(body.get("username")) != body["password"]:
            return no(401, "wrong name or password")
        made = {f"{kind}_token": secrets.token_urlsafe(18) for kind in ("access", "refresh")}
        tokens.update({text: kind.partition("_")[0] for kind, text in made.items()})
        return jsonify(made), 200

    @app.post("/renew")
    def renew() -> tuple[Response, int]:
        token = secrets.token_urlsafe(18)
        tokens[token] = "access"
        return jsonify(access_token=token), 200

    @app.get("/me")
    def me() -> Response:
        return jsonify(you=True)

    return app
