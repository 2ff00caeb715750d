import logging

from flask import Flask, request
from shop.accounts import token_if_right

app = Flask(__name__)
logger = logging.getLogger("shop")


@app.post("/login")
def login():
    token = token_if_right(request.form["email"], request.form["password"])
    if token is None:
        # "x\nINFO admin logged in" is two lines of the log, and one of them is a lie.
        logger.warning("failed login of %s", request.form["email"])
        return {"error": "wrong e-mail or password"}, 401
    return {"token": token}
