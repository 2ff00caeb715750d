"""The year or month of a date is replaced by a computed one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, Statements
from crashworthy.weaknesses.time import CALENDAR_CRASH

_APP = """
from datetime import date
from flask import Flask

app = Flask(__name__)
"""


class ReplacedDate(Rule):
    """`replace(year=...)` or `replace(month=...)` with a computed value, which raises where that day does not exist.

    29 February has no next year, the 31st no next month, and December no month 13. Left alone: where the day is
    replaced too, and where the error is handled.
    """

    id = "replaced-date"
    weakness = CALENDAR_CRASH
    firing = (
        Sample("a year later", {"app.py": _APP + """
@app.post("/memberships")
def join():
    today = date.today()
    return {"until": today.replace(year=today.year + 1).isoformat()}
"""}),
        Sample("a month later", {"app.py": _APP + """
@app.post("/subscriptions")
def subscribe():
    today = date.today()
    return {"next": today.replace(month=today.month % 12 + 1).isoformat()}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the first of the next month", {"app.py": _APP + """
@app.post("/subscriptions")
def subscribe():
    today = date.today()
    return {"next": today.replace(month=today.month % 12 + 1, day=1).isoformat()}
"""}),
        Sample("the leap day is handled", {"app.py": _APP + """
@app.post("/memberships")
def join():
    today = date.today()
    try:
        until = today.replace(year=today.year + 1)
    except ValueError:
        until = today.replace(year=today.year + 1, day=28)
    return {"until": until.isoformat()}
"""}),
        Sample("a given year, and texts", {"app.py": _APP + """
@app.get("/start")
def start():
    return {"start": date.today().replace(year=2000).isoformat().replace("-", "")}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Calls of `replace` that compute a year or month."""
        for function in context.analysis.functions:
            statements: Statements | None = None
            for node in ast.walk(function.node):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                given = {word.arg: word.value for word in node.keywords}
                computed = any(isinstance(given.get(name), ast.BinOp) for name in ("year", "month"))
                if node.func.attr != "replace" or not computed or "day" in given:
                    continue
                statements = statements or Statements(function.node)
                if not any(isinstance(each, ast.Try) for each in statements.around(node)):
                    message = "the date may not exist: 29 February, the 31st, month 13"
                    yield Hit(node, function, message)
