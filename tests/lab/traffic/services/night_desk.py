"""Logins that end by themselves after a few requests, payments that need a key of their own, and lists in pages."""

from __future__ import annotations

import secrets

from flask import Flask, Response, jsonify, request

USES = 2


def make() -> Flask:
    app = Flask(__name__)
    users: dict[str, str] = {}
    left: dict[str, int] = {}
    paid: dict[str, int] = {}

    def no(status: int, error: str) -> tuple[Response, int]:
        return jsonify(error=error), status

    def token() -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    @app.before_request
    def check() -> tuple[Response, int] | None:
        if request.path in ("/register", "/login"):
            return None
        left[token()] = left.get(token(), 0) - 1
        return no(401, "log in again") if left[token()] < 0 else None

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
        made = secrets.token_hex(12)
        left[made] = USES
        return jsonify(token=made), 200

    @app.post("/logout")
    def logout() -> tuple[str, int]:
        left.pop(token())
        return "", 204

    @app.post("/payments")
    def pay() -> tuple[Response, int]:
        key = request.headers.get("Idempotency-Key")
        if not key:
            return no(400, "the header Idempotency-Key is required")
        paid.setdefault(key, len(paid) + 1)
        return jsonify(id=paid[key]), 201

    @app.get("/payments")
    def listed() -> tuple[Response, int]:
        try:
            page, size = int(request.args["page"]), int(request.args["size"])
        except (KeyError, ValueError):
            return no(422, "query parameters page and size are required and must be integers")
        if page < 1 or not 0 < size <= 50:
            return no(422, "page must be at least 1 and size must be between 1 and 50")
        return jsonify(payments=list(paid.values())[(page - 1) * size :][:size]), 200

    @app.get("/payments/<int:payment_id>")
    def show(payment_id: int) -> tuple[Response, int]:
        return (jsonify(id=payment_id), 200) if payment_id in paid.values() else no(404, "no such payment")

    @app.delete("/payments/<int:payment_id>")
    def undo(payment_id: int) -> tuple[Response, int]:
        found = [key for key, number in paid.items() if number == payment_id]
        return (jsonify(undone=paid.pop(found[0])), 200) if found else no(404, "no such payment")

    return app
