"""Reckons with floats and rounds to cents wherever an amount is kept or told; hours stay as they are."""

from flask import Flask, jsonify, request

app = Flask(__name__)
sales = []


@app.post("/sales")
def sell():
    wanted = request.json
    sales.append(round(wanted["price"] * wanted.get("quantity", 1), 2))
    return jsonify(id=len(sales), total=sales[-1], hours=wanted["price"] * 3), 201


@app.get("/sales")
def read():
    return jsonify(count=len(sales), total=round(sum(sales), 2), hours=sum(sales) / 3)
