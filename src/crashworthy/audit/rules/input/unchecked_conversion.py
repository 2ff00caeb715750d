"""Input is converted, and nothing handles what cannot be converted."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Conversion
from crashworthy.weaknesses.input import CRASH_ON_INPUT

_APP = """
import json
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from flask import Flask, abort, jsonify, request

app = Flask(__name__)

class State(str, Enum):
    open = "open"
"""
_FASTAPI = """
from datetime import date
from fastapi import FastAPI, Request

app = FastAPI()
"""


class UncheckedConversion(Rule):
    """`int()`, `Decimal()`, `date.fromisoformat()`, an Enum or a parser is given input, outside any `try` that helps.

    The exception becomes a server error. Left alone: conversions whose exception is handled (here, by a caller or by
    an error handler of the application), input that was checked before (`isdigit()`, a pattern, a list of allowed
    values), input that the framework has converted itself (path converters, annotations, `type=int`), answers of
    other systems.
    """

    id = "unchecked-conversion"
    weakness = CRASH_ON_INPUT
    firing = (
        Sample("a query parameter", {"app.py": _APP + """
@app.get("/items")
def items():
    return {"page": int(request.args.get("page", 1))}
"""}),
        Sample("through a helper", {"app.py": _APP + """
def amount_of(data):
    return Decimal(str(data["amount"]))

@app.post("/pay")
def pay():
    data = request.get_json()
    if "amount" not in data:
        abort(400)
    try:
        amount = amount_of(data)
    except KeyError:
        abort(400)
    return {"amount": str(amount)}
"""}),
        Sample("a date in a query, an enum in a body", {"app.py": _APP + """
@app.get("/report")
def report():
    return {"day": date.fromisoformat(request.args["day"]).isoformat()}
"""}),
        Sample("a parser without a net, in Starlette's request", {"main.py": _FASTAPI + """
@app.post("/hook")
async def hook(request: Request):
    body = await request.json()
    return {"body": body}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the exception is handled", {"app.py": _APP + """
@app.get("/items")
def items():
    try:
        page = int(request.args.get("page", 1))
    except (TypeError, ValueError):
        abort(400)
    return {"page": page}
"""}),
        Sample("handled by the caller of the helper", {"app.py": _APP + """
def amount_of(data):
    return Decimal(str(data["amount"]))

@app.post("/pay")
def pay():
    try:
        return {"amount": str(amount_of(request.get_json()))}
    except (KeyError, TypeError, InvalidOperation):
        abort(400)
"""}),
        Sample("an error handler of the application", {"app.py": _APP + """
@app.errorhandler(ValueError)
def bad(error):
    return jsonify(error="bad value"), 400

@app.get("/items")
def items():
    return {"page": int(request.args.get("page", 1))}
"""}),
        Sample("werkzeug converts, or the path does", {"app.py": _APP + """
@app.get("/items/<int:item>")
def items(item):
    return {"page": request.args.get("page", 1, type=int), "item": int(item)}
"""}),
        Sample("digits only", {"app.py": _APP + """
@app.get("/items")
def items():
    text = request.args.get("page", "1")
    if not text.isdigit():
        abort(400)
    return {"page": int(text)}
"""}),
        Sample("annotations", {"main.py": _FASTAPI + """
@app.get("/report")
def report(day: date, page: int = 1):
    return {"day": day.isoformat(), "page": int(page)}
"""}),
        Sample("what the environment says is no input", {"app.py": _APP + """
import os

@app.get("/limit")
def limit():
    return {"limit": int(os.environ.get("LIMIT", "10"))}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Conversions that nothing guards."""
        for run in context.runs:
            for event in run.events:
                if isinstance(event, Conversion) and not event.is_caught(event.error):
                    what = f'"{event.ref.shape.name}"' if event.ref.shape.name else "the body"
                    message = f"{event.function} of {what} raises {event.error} on what it cannot convert"
                    yield Hit(event.node, event.scope, message, operations_of(run))
