"""Names are checked by a loop within a loop."""

import re

from flask import Flask, request

app = Flask(__name__)
NAME = re.compile(r"^([a-zA-Z0-9]+[ -]?)+$")


@app.post("/teams")
def create():
    if not NAME.match(request.get_json()["name"]):
        return {"error": "name"}, 422
    return {"ok": True}, 201
