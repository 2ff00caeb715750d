"""A wallet: its owner sees the whole cards, others see that there are some, and their last digits."""

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
    name = caller()
    return [
        card if card["owner"] == name else {"owner": card["owner"], "last_four": card["card_number"][-4:]}
        for card in cards
    ]
