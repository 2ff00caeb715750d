"""Each payment is announced in the team's chat, as it came."""

import requests
from flask import Flask, request

app = Flask(__name__)


@app.post("/payments")
def pay():
    data = request.get_json()
    text = f"New payment of {data['amount']} with {data['card_number']}"
    requests.post("https://hooks.slack.com/services/T0/B0/x", json={"text": text}, timeout=5)
    return {"status": "charged"}, 201
