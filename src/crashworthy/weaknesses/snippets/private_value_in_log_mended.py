import logging

from flask import Flask, request

app = Flask(__name__)
logging.basicConfig(level=logging.INFO)


@app.post("/payments")
def pay():
    data = request.form
    last_four = data["card_number"][-4:]
    app.logger.info("payment of %d cents with a card that ends with %r", data["amount"], last_four)
    return {"card": last_four}, 201
