"""Kitchens that one user has and others join by a code; whoever has one cannot leave it."""

from __future__ import annotations

import secrets

from flask import Flask, Response, jsonify, request


def make() -> Flask:
    app = Flask(__name__)
    tokens: dict[str, str] = {}
    kitchens: list[tuple[str, str, set[str]]] = []

    def no(status: int, error: str) -> tuple[Response, int]:
        return jsonify(error=error), status

    def caller() -> str:
        return tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "), "")

    @app.before_request
    def check() -> tuple[Response, int] | None:
        return None if request.path == "/signup" or caller() else no(401, "log in first")

    @app.post("/signup")
    def signup() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("username") or not body.get("password") or body["username"] in tokens.values():
            return no(400, "a username that is not taken and a password are required")
        token = secrets.token_hex(8)
        tokens[token] = body["username"]
        return jsonify(token=token), 201

    @app.post("/kitchens")
    def open_one() -> tuple[Response, int]:
        kitchens.append((caller(), secrets.token_hex(3), set()))
        return jsonify(id=len(kitchens), join_code=kitchens[-1][1]), 201

    @app.post("/kitchens/join")
    def join() -> tuple[Response, int]:
        for number, (owner, code, guests) in enumerate(kitchens):
            if code == request.get_json().get("join_code"):
                if caller() in (owner, *guests):
                    return no(409, "already a member")
                guests.add(caller())
                return jsonify(id=number + 1), 200
        return no(404, "no kitchen has that join_code")

    @app.post("/kitchens/<int:kitchen_id>/leave")
    def leave(kitchen_id: int) -> tuple[Response, int]:
        if not 0 < kitchen_id <= len(kitchens):
            return no(404, "no such kitchen")
        owner, _, guests = kitchens[kitchen_id - 1]
        if caller() == owner:
            return no(400, "the owner cannot leave")
        if caller() not in guests:
            return no(404, "no such kitchen")
        guests.remove(caller())
        return jsonify(left=True), 200

    return app
