"""Stores any number that Python reads: one Infinity makes the list unreadable for every strict JSON client."""

from flask import Flask, jsonify, request

app = Flask(__name__)
orders: list[object] = []


@app.post("/orders")
def order():
    quantity = (request.get_json(silent=True) or {}).get("quantity")
    if not isinstance(quantity, int | float):
        return jsonify(error="quantity must be a number"), 400
    orders.append(quantity)
    return jsonify(ok=True), 201


@app.get("/orders")
def listed():
    return jsonify(orders)
