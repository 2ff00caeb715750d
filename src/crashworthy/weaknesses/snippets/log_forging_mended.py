import logging

from flask import Flask, request
from shop.accounts import token_if_right

app = Flask(__name__)
logger = logging.getLogger("shop")


@app.post("/login")
def login():
    token = token_if_right(request.form["email"], request.form["password"])
    if token is None:
        logger.warning("failed login of %r", request.form["email"])  # a line break shows as \n
        return {"error": "wrong e-mail or password"}, 401
    return {"token": token}
