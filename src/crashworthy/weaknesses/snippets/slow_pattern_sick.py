import re

from flask import Flask, request

app = Flask(__name__)
NAME = re.compile(r"^([a-zA-Z0-9]+[ -]?)+$")


@app.post("/teams")
def create_team():
    if not NAME.match(request.get_json()["name"]):
        return {"error": "letters, digits, spaces and hyphens"}, 422
    return {"created": True}, 201
