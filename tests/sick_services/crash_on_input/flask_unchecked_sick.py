"""Takes what it gets: missing and wrong values fail in the handler."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/orders")
def order():
    data = request.get_json(silent=True)
    total = int(data["quantity"]) * 5
    return jsonify(total=total), 201


@app.get("/health")
def health():
    return jsonify(ok=True)
