"""Stores numbers that JSON has, and shows what it cannot know as a text."""

import math

from flask import Flask, jsonify, request

app = Flask(__name__)
orders: list[float] = []


@app.post("/orders")
def order():
    quantity = (request.get_json(silent=True) or {}).get("quantity")
    if not isinstance(quantity, int | float):
        return jsonify(error="quantity must be a number"), 400
    orders.append(quantity)
    return jsonify(ok=True), 201


@app.get("/orders")
def listed():
    return jsonify([each if math.isfinite(each) else str(each).replace("inf", "Infinity") for each in orders])
