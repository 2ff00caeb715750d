"""A Flask service in words that mean nothing: only what it does with a value says that this is a password."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash


def make() -> Flask:
    app = Flask(__name__)
    vumo: dict[str, str] = {}
    pilat: dict[str, str] = {}
    lines: list[str] = []

    def known() -> Response | None:
        g.dola = pilat.get(request.headers.get("Authorization", "").removeprefix("Zem "))
        if g.dola is None:
            answer = jsonify(nok="suta")
            answer.status_code = 401
            return answer
        return None

    @app.post("/gorim")
    def gorim() -> tuple[Response, int]:
        body = request.get_json()
        dola, kesi = body.get("dola", ""), body.get("kesi", "")
        if not dola or len(kesi) < 8:
            return jsonify(nok="kesi must be at least 8 characters"), 400
        if dola in vumo:
            return jsonify(nok="dola is taken"), 409
        vumo[dola] = generate_password_hash(kesi, "pbkdf2:sha256:1000")
        return jsonify(dola=dola, tef=body.get("tef")), 201

    @app.post("/rapu")
    def rapu() -> tuple[Response, int]:
        body = request.get_json()
        stored = vumo.get(body.get("dola"))
        if stored is None or not check_password_hash(stored, body.get("kesi", "")):
            return jsonify(nok="suta"), 401
        key = secrets.token_hex(16)
        pilat[key] = body["dola"]
        return jsonify(bemo=key), 200

    @app.get("/lines")
    def read() -> Response:
        return known() or jsonify(lines=lines)

    @app.post("/lines")
    def write() -> Response:
        refusal = known()
        if refusal is None:
            lines.append(request.get_json()["line"])
        return refusal or jsonify(lines=len(lines))

    return app
