"""A car park that is full until somebody adds a spot, and knows cars by short plates (Flask)."""

from __future__ import annotations

import re
import secrets

from flask import Flask, jsonify, request

PLATE = r"^[A-Z]{1,3}-[A-Z]{1,2} ?\d{1,4}$"


def make() -> Flask:
    """The application with a state of its own."""
    app = Flask(__name__)
    spots: list[str | None] = []
    tickets: dict[str, str] = {}

    @app.post("/spots")
    def add():
        spots.append(None)
        return jsonify(number=len(spots)), 201

    @app.post("/tickets")
    def enter():
        plate = (request.get_json(silent=True) or {}).get("plate", "")
        if not re.fullmatch(PLATE, plate):
            return jsonify(error="plate must look like B-XY 1234"), 400
        if plate in tickets.values():
            return jsonify(error="this car is parked already"), 409
        if None not in spots:
            return jsonify(error="the garage is full"), 409
        ticket = secrets.token_hex(16)
        spots[spots.index(None)] = tickets[ticket] = plate
        return jsonify(id=ticket), 201

    @app.post("/tickets/<ticket_id>/exit")
    def leave(ticket_id: str):
        if ticket_id not in tickets:
            return jsonify(error="no such ticket"), 404
        spots[spots.index(tickets.pop(ticket_id))] = None
        return jsonify(left=True)

    return app
