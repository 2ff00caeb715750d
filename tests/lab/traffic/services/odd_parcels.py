"""A service whose document is right and whose rules nobody would guess: first choices are always declined."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request


def make() -> Flask:
    app = Flask(__name__)

    @app.post("/parcels")
    def send() -> tuple[Response, int]:
        body = request.get_json()
        # Said in a way that helps nobody.
        if not isinstance(body.get("pay"), dict) or "voucher" not in body["pay"] or body.get("weight", 0) % 2 == 0:
            return jsonify(error="declined"), 400
        return jsonify(id=1), 201

    return app
