"""Input is used as if it were of a JSON type that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import WrongType
from crashworthy.weaknesses.input import CRASH_ON_INPUT

_APP = """
from flask import Flask, abort, request

app = Flask(__name__)
"""


class WrongTypeRule(Rule):
    """A field of a JSON body is stripped, compared or computed with, or the body read as an object, unchecked.

    JSON can hold a number where text is expected, text where a number is, null anywhere, and a list as the body: the
    AttributeError or TypeError becomes a server error. Left alone: what `isinstance` was asked of, converted values,
    what a model has validated, query and form fields (always text).
    """

    id = "wrong-type"
    weakness = CRASH_ON_INPUT
    firing = (
        Sample("text that may be a number", {"app.py": _APP + """
@app.post("/users")
def create():
    data = request.get_json()
    if not isinstance(data, dict):
        abort(400)
    return {"name": data.get("name", "").strip()}
"""}),
        Sample("a number that may be null", {"app.py": _APP + """
@app.post("/pay")
def pay():
    data = request.get_json()
    if not isinstance(data, dict) or "amount" not in data:
        abort(400)
    if data["amount"] <= 0:
        abort(400)
    return {}
"""}),
        Sample("a body that may be a list", {"app.py": _APP + """
@app.post("/pay")
def pay():
    return {"amount": request.get_json().get("amount")}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("asked for its type", {"app.py": _APP + """
@app.post("/users")
def create():
    data = request.get_json()
    if not isinstance(data, dict):
        abort(400)
    name, amount = data.get("name"), data.get("amount")
    if not isinstance(name, str) or not isinstance(amount, int) or amount <= 0:
        abort(400)
    return {"name": name.strip(), "next": amount + 1}
"""}),
        Sample("a form is text", {"app.py": _APP + """
@app.post("/users")
def create():
    return {"name": request.form["name"].strip(), "q": request.args.get("q", "").lower()}
"""}),
        Sample("converted first", {"app.py": _APP + """
@app.post("/pay")
def pay():
    data = request.get_json()
    try:
        amount = int(data["amount"])
    except (KeyError, TypeError, ValueError):
        abort(400)
    if amount <= 0:
        abort(400)
    return {"amount": amount + 1}
"""}),
        Sample("a model", {"main.py": """
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class User(BaseModel):
    name: str
    age: int

@app.post("/users")
def create(user: User):
    return {"name": user.name.strip(), "next": user.age + 1}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Uses that nothing guards."""
        for run in context.runs:
            for event in run.events:
                if isinstance(event, WrongType) and not event.ref.is_answer and not event.is_caught(event.error):
                    what = f'"{event.ref.shape.name}"' if event.ref.shape.name else "the body"
                    message = f"{what} is {event.use} without a look at its type"
                    yield Hit(event.node, event.scope, message, operations_of(run))
