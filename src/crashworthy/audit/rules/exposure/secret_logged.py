"""A card, a key or a token is printed or logged."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from crashworthy.audit.goes import Goes, logged
from crashworthy.audit.named import CARDS, KEYS
from crashworthy.audit.rule import Sample
from crashworthy.weaknesses.private_values import PRIVATE_VALUE_IN_LOG

_APP = """
from flask import Flask, request

app = Flask(__name__)
"""


class SecretLogged(Goes):
    """`print` or a logger is given a card's number, a key, or all headers or the whole body that has one.

    Left alone: parts such as the last four digits, and what went through a call.
    """

    id = "secret-logged"
    weakness = PRIVATE_VALUE_IN_LOG
    wanted = CARDS | KEYS
    firing = (
        Sample("a payment", {"app.py": _APP + """
@app.post("/payments")
def pay():
    data = request.get_json()
    app.logger.info("payment %s", data)
    return {"last_four": data["card_number"][-4:]}
"""}),
        Sample("all headers", {"app.py": _APP + """
@app.post("/payments")
def pay():
    print(request.path, dict(request.headers))
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the last digits", {"app.py": _APP + """
@app.post("/payments")
def pay():
    data = request.get_json()
    shown = {**data, "card_number": data["card_number"][-4:], "cvv": "***"}
    app.logger.info("payment %s by %s", shown, request.headers.get("User-Agent"))
    return {"code": len(data["cvv"])}
"""}),
    )  # fmt: skip

    def given(self, call: ast.Call) -> Sequence[ast.expr]:
        """What is printed or logged."""
        return logged(call)

    def message(self, name: str) -> str:
        """Names it."""
        return f"{name!r} is written to the log"
