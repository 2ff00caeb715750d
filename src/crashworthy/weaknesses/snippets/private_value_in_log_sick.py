import logging

from flask import Flask, request

app = Flask(__name__)
logging.basicConfig(level=logging.INFO)


@app.post("/payments")
def pay():
    data = request.form
    app.logger.info("payment %r", data)
    return {"card": data["card_number"][-4:]}, 201
