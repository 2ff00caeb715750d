"""Accounts with names that callers choose, within an object that nothing declares, shown as HTTP Basic (Flask)."""

from __future__ import annotations

import re

from flask import Flask, Response, jsonify, request


def make() -> Flask:
    """The application with a state of its own."""
    app = Flask(__name__)
    accounts: dict[str, str] = {}
    boxes: dict[str, list] = {}

    def wrong(name: str, text: str) -> tuple[Response, int]:
        details = [{"location": "body", "name": name, "description": text}]
        return jsonify(code=400, error="Invalid parameters", details=details), 400

    @app.post("/accounts")
    def sign_up():
        data = (request.get_json(silent=True) or {}).get("data") or {}
        for name in ("id", "password"):
            if name not in data:
                return wrong(f"data.{name}", "Required")
        if not isinstance(data["id"], str) or not re.fullmatch(r"[a-z0-9-]+", data["id"]):
            return wrong("data.id", "Invalid object id")
        accounts[data["id"]] = data["password"]
        return jsonify(data={"id": data["id"]}), 201

    @app.put("/boxes/<name>")
    def put(name: str):
        given = request.authorization
        if given is None or accounts.get(given.username or "") != given.password:
            return jsonify(error="please authenticate"), 401, {"WWW-Authenticate": "Basic realm=boxes"}
        readers = ((request.get_json(silent=True) or {}).get("permissions") or {}).get("read")
        if readers is None:
            return wrong("permissions.read", "Required")
        if not isinstance(readers, list):
            return wrong("permissions.read", f'"{readers}" is not iterable')
        boxes[name] = readers
        return jsonify(name=name), 201

    @app.get("/boxes/<name>")
    def show(name: str):
        return (jsonify(readers=boxes[name]), 200) if name in boxes else (jsonify(error="no such box"), 404)

    return app
