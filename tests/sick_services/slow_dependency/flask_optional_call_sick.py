"""Looks up the price of what has a barcode, without a time limit; most things have none."""

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/orders")
def order():
    body = request.json
    if body.get("barcode"):
        requests.get(f"http://prices.example.com/products/{body['barcode']}")
    return jsonify(amount=body["amount"]), 201


@app.get("/health")
def health():
    return jsonify(ok=True)
