"""Leaves its warehouse alone for some seconds after failures there, and says when to come back."""

import time

from flask import Flask, jsonify, request

app = Flask(__name__)
breaker = {"failures": 0, "until": 0.0}
REST_S = 6


class WarehouseError(Exception):
    pass


def reserve(quantity):
    """Stands for a call to another service, which fails for what it does not expect."""
    if not isinstance(quantity, int):
        raise WarehouseError


@app.post("/orders")
def order():
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        return jsonify(error="send an object"), 422
    if time.monotonic() < breaker["until"]:
        return jsonify(error="later"), 503, {"Retry-After": str(REST_S)}
    try:
        reserve(data.get("quantity"))
    except WarehouseError:
        breaker["failures"] += 1
        if breaker["failures"] >= 3:
            breaker.update(failures=0, until=time.monotonic() + REST_S)
        return jsonify(error="the warehouse failed"), 503, {"Retry-After": "1"}
    breaker["failures"] = 0
    return jsonify(ok=True), 201


@app.get("/health")
def health():
    return jsonify(ok=True)
