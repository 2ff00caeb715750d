"""The last instalment is what is left."""

from decimal import Decimal

from flask import Flask, jsonify, request

app = Flask(__name__)
plans = []


@app.post("/plans")
def plan():
    amount, months = Decimal(str(request.json["amount"])), int(request.json["months"])
    rate = (amount / months).quantize(Decimal("0.01"))
    due = [{"month": month, "amount": str(rate)} for month in range(1, months + 1)]
    due[-1]["amount"] = str(amount - rate * (months - 1))
    plans.append({"id": len(plans) + 1, "instalments": due})
    return jsonify(plans[-1]), 201


@app.get("/plans")
def read():
    return jsonify(plans)
