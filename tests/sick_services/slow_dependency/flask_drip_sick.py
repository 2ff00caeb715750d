"""Limits the silence between two bytes, but not the whole call."""

import urllib.request

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/orders")
def order():
    url = f"http://payments.example.com/charges?amount={request.json['amount']}"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            answer.read()
    except OSError:
        return jsonify(error="payment provider does not answer"), 502
    return jsonify(ok=True), 201


@app.get("/health")
def health():
    return jsonify(ok=True)
