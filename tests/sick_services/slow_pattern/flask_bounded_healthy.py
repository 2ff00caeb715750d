"""Names are bounded before the pattern sees them."""

import re

from flask import Flask, request

app = Flask(__name__)
NAME = re.compile(r"^([a-zA-Z0-9]+[ -]?)+$")


@app.post("/teams")
def create():
    name = request.get_json()["name"]
    if len(name) > 16 or not NAME.match(name):
        return {"error": "name"}, 422
    return {"ok": True}, 201
