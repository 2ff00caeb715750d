"""PUT sets; each call that may change something lowers what is left of the plan, which every answer tells."""

from flask import Flask, jsonify, request

app = Flask(__name__)
carts = {}
plan = {"left": 1000}


@app.before_request
def count():
    if request.method != "GET":
        plan["left"] -= 1


@app.post("/carts")
def create():
    carts[len(carts) + 1] = {"quantity": 0}
    return jsonify(id=len(carts)), 201


@app.get("/carts/<int:cart>")
def read(cart):
    return jsonify({**carts[cart], "plan": plan})


@app.put("/carts/<int:cart>")
def put(cart):
    quantity = request.json["quantity"]
    if not isinstance(quantity, int):
        return jsonify(error="quantity must be a number"), 422
    carts[cart]["quantity"] = quantity
    return jsonify(carts[cart])
