"""PUT sets; each write raises the version, as it may (RFC 9110, section 9.2.2)."""

from flask import Flask, jsonify, request

app = Flask(__name__)
carts = {}


@app.post("/carts")
def create():
    carts[len(carts) + 1] = {"quantity": 0, "version": 0}
    return jsonify(id=len(carts)), 201


@app.get("/carts/<int:cart>")
def read(cart):
    return jsonify(carts[cart])


@app.put("/carts/<int:cart>")
def put(cart):
    carts[cart]["quantity"] = request.json["quantity"]
    carts[cart]["version"] += 1
    return jsonify(carts[cart])
