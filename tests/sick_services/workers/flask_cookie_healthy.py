"""Keeps the login in a cookie that each process can check; the key is given."""

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = "given by the deployment"


@app.post("/login")
def login():
    session["name"] = request.json["name"]
    return jsonify(token="none needed")


@app.post("/orders")
def order():
    if "name" not in session:
        abort(401)
    session["orders"] = [*session.get("orders", []), request.json["amount"]]
    return jsonify(ok=True), 201


@app.get("/orders")
def orders():
    if "name" not in session:
        abort(401)
    return jsonify([{"amount": amount} for amount in session.get("orders", [])])
