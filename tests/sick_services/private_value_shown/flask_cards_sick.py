"""The list of cards is that of all users."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
tokens: dict[str, str] = {}
cards: list[dict[str, str]] = []


def caller() -> str:
    name = tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if name is None:
        abort(401)
    return name


@app.post("/register")
def register():
    token = secrets.token_urlsafe(24)
    tokens[token] = request.get_json()["username"]
    return {"token": token}, 201


@app.post("/cards")
def add():
    data = request.get_json()
    cards.append({"owner": caller(), "card_number": data["card_number"], "expiry": data["expiry"]})
    return {"last_four": data["card_number"][-4:]}, 201


@app.get("/cards")
def listed():
    caller()
    return cards
