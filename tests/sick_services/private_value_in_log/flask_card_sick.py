"""The body of a payment is logged, card and all."""

import logging
import secrets

from flask import Flask, request

app = Flask(__name__)
logging.basicConfig(level=logging.INFO)
payments: dict[str, str] = {}


@app.post("/payments")
def pay():
    data = request.get_json()
    app.logger.info("payment %r", data)
    if len(data["card_number"]) < 12 or len(data["cvv"]) < 3:
        return {"error": "no such card"}, 400
    reference = secrets.token_hex(8)
    payments[reference] = data["card_number"][-4:]
    return {"reference": reference, "card": payments[reference]}, 201
