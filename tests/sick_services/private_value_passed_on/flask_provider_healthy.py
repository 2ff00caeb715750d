"""The card goes to the payment provider, also over a vault in front of it; the chat learns the amount."""

import requests
from flask import Flask, request

app = Flask(__name__)


@app.post("/payments")
def pay():
    data = request.get_json()
    card = {"number": data["card_number"], "cvc": data["cvv"], "expiry": data["expiry"]}
    requests.post("https://vault.cards.example/v1/cards", json=card, timeout=5)
    requests.post("https://api.payments.example/v1/charges", json={"card": card, "amount": data["amount"]}, timeout=5)
    text = f"New payment of {data['amount']} with a card that ends with {data['card_number'][-4:]}"
    requests.post("https://hooks.slack.com/services/T0/B0/x", json={"text": text}, timeout=5)
    return {"status": "charged"}, 201
