"""Answers only for names and passwords that are said twice, in the type that it likes (Flask)."""

from __future__ import annotations

from flask import Flask, jsonify, request


def make() -> Flask:
    """The application; it has no state."""
    app = Flask(__name__)

    @app.get("/doors/<user>/<passwd>")
    def door(user: str, passwd: str):
        given = request.authorization
        if given is None or (given.username, given.password) != (user, passwd):
            return "", 401, {"WWW-Authenticate": 'Basic realm="doors"'}
        return jsonify(open=True)

    @app.get("/chart")
    def chart():
        if "image/svg+xml" not in request.headers.get("Accept", ""):
            return jsonify(message="not acceptable", accept=["image/svg+xml"]), 406
        return "<svg/>", 200, {"Content-Type": "image/svg+xml"}

    @app.get("/answers/status/<int:codes>")
    def answer(codes: int):
        return ("fine", 200) if codes == 200 else ("Invalid status code", 400)

    @app.get("/whoever")
    def whoever():
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return "", 401, {"WWW-Authenticate": "Bearer"}
        return jsonify(authenticated=True)

    return app
