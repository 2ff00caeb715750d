"""Input is looked into, or looked up, by a key that may not be there."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import MissingKey
from crashworthy.source.flow.runs import Run
from crashworthy.weaknesses.input import CRASH_ON_INPUT

_APP = """
from flask import Flask, abort, request

app = Flask(__name__)
RATES = {"EUR": 1.0, "USD": 1.1}
carts = {}

@app.put("/carts/<name>")
def fill(name):
    carts[name] = {"items": []}
    return {}
"""


class MissingKeyRule(Rule):
    """`document["x"]` of a body, or `table[x]` with `x` from the request, without asking whether it is there.

    The KeyError becomes a server error. Left alone: Flask's `args`, `form` and `headers` (Werkzeug answers 400), keys
    that were asked for before (`in`, a list of required names, `get` with a check), lookups whose exception is handled,
    and bodies that a model has validated.
    """

    id = "missing-key"
    weakness = CRASH_ON_INPUT
    firing = (
        Sample("a field of the body", {"app.py": _APP + """
@app.post("/pay")
def pay():
    data = request.get_json()
    return {"amount": data["amount"]}
"""}),
        Sample("a table of constants", {"app.py": _APP + """
@app.get("/rates")
def rate():
    return {"rate": RATES[request.args["currency"]]}
"""}),
        Sample("a container of the service", {"app.py": _APP + """
@app.get("/carts/<name>")
def show(name):
    return carts[name]
"""}),
    )  # fmt: skip
    quiet = (
        Sample("Werkzeug answers 400 itself", {"app.py": _APP + """
@app.post("/pay")
def pay():
    return {"amount": request.form["amount"], "page": request.args["page"]}
"""}),
        Sample("asked for before", {"app.py": _APP + """
@app.post("/pay")
def pay():
    data = request.get_json()
    for name in ("amount", "currency"):
        if name not in data:
            abort(400)
    if data["currency"] not in RATES:
        abort(400)
    return {"amount": data["amount"], "rate": RATES[data["currency"]]}
"""}),
        Sample("handled", {"app.py": _APP + """
@app.get("/carts/<name>")
def show(name):
    try:
        return carts[name]
    except KeyError:
        abort(404)
"""}),
        Sample("asked with get", {"app.py": _APP + """
@app.get("/carts/<name>")
def show(name):
    if carts.get(name) is None or name not in carts:
        abort(404)
    return carts[name]
"""}),
        Sample("a list of what is missing", {"app.py": _APP + """
@app.post("/pay")
def pay():
    data = request.get_json()
    missing = [name for name in ("amount", "currency") if name not in data]
    if missing:
        abort(400)
    return {"amount": data["amount"]}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Lookups that nothing guards."""
        for run in context.runs:
            for event in run.events:
                if (
                    isinstance(event, MissingKey)
                    and not event.is_caught(event.error)
                    and not _answers_itself(event, run)
                ):
                    key = event.ref.shape.name or "a value of the request"
                    where = event.container.rpartition(":")[2]
                    looked_into = {"document": "the body", "constant": "a table"}.get(where, f'"{where}"')
                    message = f'"{key}" is looked up in {looked_into} without asking whether it is there'
                    yield Hit(event.node, event.scope, message, operations_of(run))


def _answers_itself(event: MissingKey, run: Run) -> bool:
    """Whether the framework turns the missing key into a 400, or never leaves it out."""
    inputs = run.inputs
    in_path = any(event.ref.shape is one for one in inputs.path.fields.values())
    is_field = event.container not in {"constant"} and ":" not in event.container
    framework = run.route.framework if run.route is not None else ""
    is_text = any(
        event.ref.shape is one for part in (inputs.query, inputs.form, inputs.headers) for one in part.fields.values()
    )
    return is_field and (in_path or (is_text and framework in {"flask", "quart"}))
