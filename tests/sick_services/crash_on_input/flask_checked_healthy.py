"""Checks every input, and answers 503 on purpose when it is told to be away."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/orders")
def order():
    try:
        data = request.get_json(silent=True)
    except (RecursionError, LookupError):
        data = None
    quantity = data.get("quantity") if isinstance(data, dict) else None
    if type(quantity) is not int or not 0 < quantity < 1000:
        return jsonify(error="quantity must be a number from 1 to 999"), 422
    if quantity == 7:
        return jsonify(error="in maintenance"), 503
    return jsonify(total=quantity * 5), 201


@app.get("/health")
def health():
    return jsonify(ok=True)
