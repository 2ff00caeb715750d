"""PUT adds to what is in the cart instead of setting it."""

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
    carts[cart]["quantity"] += request.json["quantity"]
    carts[cart]["version"] += 1
    return jsonify(carts[cart])
