"""Passwords that never travel (Digest, RFC 7616): each nonce is good for two requests, with counts that grow."""

from __future__ import annotations

import hashlib
import secrets

from flask import Flask, Response, jsonify, request


def make() -> Flask:
    app = Flask(__name__)
    users: dict[str, str] = {}
    counts: dict[str, int] = {}
    entries: list[str] = []

    def sha(*parts: str | None) -> str:
        return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()

    @app.before_request
    def check() -> Response | None:
        if request.path == "/signup":
            return None
        shown = request.authorization
        if shown is not None and shown.type == "digest" and shown.username in users:
            secret = sha(shown.username, "ledger", users[shown.username])
            asked = sha(request.method, shown.uri)
            right = sha(secret, shown.nonce, shown.nc, shown.cnonce, "auth", asked) == shown.response
            count = int(shown.nc or "0", 16)
            if right and counts.get(shown.nonce or "", 9) < count <= 2 and shown.uri == request.path:
                counts[shown.nonce or ""] = count
                return None
        nonce = secrets.token_hex(8)
        counts[nonce] = 0
        challenge = f'Digest realm="ledger", nonce="{nonce}", qop="auth", algorithm=SHA-256'
        return Response("who are you?", 401, {"WWW-Authenticate": challenge})

    @app.post("/signup")
    def signup() -> tuple[Response, int]:
        body = request.get_json()
        if not body.get("username") or len(body.get("password") or "") < 8:
            return jsonify(error="username and password are required"), 400
        users[body["username"]] = body["password"]
        return jsonify(ok=True), 201

    @app.post("/entries")
    def add() -> tuple[Response, int]:
        entries.append("entry")
        return jsonify(id=len(entries)), 201

    @app.get("/entries/<int:entry_id>")
    def show(entry_id: int) -> tuple[Response, int]:
        return (jsonify(id=entry_id), 200) if 0 < entry_id <= len(entries) else (jsonify(error="not found"), 404)

    return app
