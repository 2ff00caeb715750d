"""Holds its lock in a with block: what goes wrong, gives it back."""

import threading

from flask import Flask, jsonify, request

app = Flask(__name__)
lock = threading.Lock()
totals = {"sold": 0}


@app.post("/orders")
def order():
    data = request.get_json(silent=True)
    with lock:
        totals["sold"] += int(data["quantity"])
    return jsonify(ok=True), 201


@app.get("/health")
def health():
    return jsonify(totals)
