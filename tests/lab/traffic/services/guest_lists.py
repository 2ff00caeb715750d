"""A Flask service: members invite others by their handle, and only who is invited can accept."""

from __future__ import annotations

import secrets

from flask import Flask, Response, jsonify, request


def make() -> Flask:
    app = Flask(__name__)
    users: dict[str, str] = {}
    tokens: dict[str, str] = {}
    invitations: dict[str, str] = {}
    members: set[str] = set()

    def no(status: int, error: str) -> tuple[Response, int]:
        return jsonify(error=error), status

    def caller() -> str | None:
        return tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    @app.post("/signup")
    def signup() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("handle") or not body.get("password"):
            return no(400, "handle and password are required")
        if body["handle"] in users:
            return no(409, "handle is taken")
        users[body["handle"]] = body["password"]
        token = secrets.token_hex(8)
        tokens[token] = body["handle"]
        return jsonify(handle=body["handle"], token=token), 201

    @app.post("/invitations")
    def invite() -> tuple[Response, int]:
        host = caller()
        if host is None:
            return no(401, "log in first")
        members.add(host)
        guest = request.get_json().get("handle")
        if guest not in users:
            return no(404, "no account with that handle")
        if guest in members:
            return no(409, "already a member")
        code = secrets.token_urlsafe(8)
        invitations[code] = guest
        return jsonify(code=code, handle=guest), 201

    @app.post("/invitations/<code>/accept")
    def accept(code: str) -> tuple[Response, int]:
        guest = caller()
        if guest is None:
            return no(401, "log in first")
        if code not in invitations:
            return no(404, "no such invitation")
        if invitations[code] != guest:
            return no(403, "the invitation is for somebody else")
        members.add(guest)
        return jsonify(members=sorted(members)), 200

    return app
