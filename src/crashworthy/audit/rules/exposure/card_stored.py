"""A card's number or security code is stored as it is."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from crashworthy.audit.goes import Goes, stored
from crashworthy.audit.named import CARDS
from crashworthy.audit.rule import Sample
from crashworthy.weaknesses.private_values import PRIVATE_VALUE_AT_REST

_APP = """
import json
import sqlite3
from flask import Flask, request
from vault import tokenise

app = Flask(__name__)

def db():
    return sqlite3.connect("shop.db")
"""
_FILES = frozenset({"write", "write_text", "dump"})


class CardStored(Goes):
    """An INSERT, an UPDATE or a file is given a card's number or security code.

    Left alone: parts such as the last four digits, and what went through a call, such as an encryption.
    """

    id = "card-stored"
    weakness = PRIVATE_VALUE_AT_REST
    wanted = CARDS - {"ssn"}
    firing = (
        Sample("a row", {"app.py": _APP + """
@app.post("/payments")
def pay():
    data = request.get_json()
    db().execute("INSERT INTO payments VALUES (?, ?)", (data["card_number"], data["amount"]))
    return {}
"""}),
        Sample("a file", {"app.py": _APP + """
@app.post("/payments")
def pay():
    data = request.get_json()
    with open("payments.jsonl", "a") as file:
        file.write(json.dumps(data))
    return {"code": len(data["cvv"])}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a token and the last digits", {"app.py": _APP + """
@app.post("/payments")
def pay():
    data = request.get_json()
    row = (tokenise(data["card_number"]), data["card_number"][-4:])
    db().execute("INSERT INTO payments VALUES (?, ?)", row)
    return {}
"""}),
    )  # fmt: skip

    def given(self, call: ast.Call) -> Sequence[ast.expr]:
        """What is inserted or written."""
        if isinstance(call.func, ast.Attribute) and call.func.attr in _FILES:
            return call.args[:1]
        return stored(call)

    def message(self, name: str) -> str:
        """Names it."""
        return f"{name!r} is stored as it is"
