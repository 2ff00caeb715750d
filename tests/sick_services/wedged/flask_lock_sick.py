"""Takes a lock and does not give it back when something goes wrong."""

import threading

from flask import Flask, jsonify, request

app = Flask(__name__)
lock = threading.Lock()
totals = {"sold": 0}


@app.post("/orders")
def order():
    data = request.get_json(silent=True)
    lock.acquire()
    totals["sold"] += data["quantity"]
    lock.release()
    return jsonify(ok=True), 201


@app.get("/health")
def health():
    return jsonify(totals)
