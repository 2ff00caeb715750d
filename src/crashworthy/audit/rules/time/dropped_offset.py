"""The time zone of a value is taken away without a conversion."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.time import OFFSET_IGNORED

_APP = """
from datetime import datetime, timezone
from fastapi import FastAPI

app = FastAPI()
"""

_NOW = re.compile(r"(now|today)\(")


class DroppedOffset(Rule):
    """`value.replace(tzinfo=None)` on a value that came from somewhere else, so that its hour means another one.

    Left alone: the present time and what was converted just before (`astimezone(...).replace(tzinfo=None)`), as both
    are in a zone that the code itself has chosen.
    """

    id = "dropped-offset"
    weakness = OFFSET_IGNORED
    firing = (
        Sample("a deadline of the request", {"main.py": _APP + """
@app.post("/offers")
def create(ends_at: datetime):
    return {"open": ends_at.replace(tzinfo=None) > datetime.utcnow()}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the present time", {"main.py": _APP + """
@app.get("/now")
def now():
    return {"now": datetime.now(timezone.utc).replace(tzinfo=None)}
"""}),
        Sample("the present time, in two steps", {"main.py": _APP + """
@app.get("/now")
def now():
    at = datetime.now(timezone.utc)
    return {"now": at.replace(tzinfo=None)}
"""}),
        Sample("converted before", {"main.py": _APP + """
@app.post("/offers")
def create(ends_at: datetime):
    return {"ends": ends_at.astimezone(timezone.utc).replace(tzinfo=None)}
"""}),
        Sample("converted before, in two steps", {"main.py": _APP + """
@app.post("/offers")
def create(ends_at: datetime):
    utc = ends_at.astimezone(timezone.utc)
    return {"ends": utc.replace(tzinfo=None)}
"""}),
        Sample("a zone is given", {"main.py": _APP + """
@app.post("/offers")
def create(ends_at: datetime):
    return {"ends": ends_at.replace(tzinfo=timezone.utc)}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Calls of `replace(tzinfo=None)` on names and attributes."""
        for function in context.analysis.functions:
            calls = [node for node in ast.walk(function.node) if isinstance(node, ast.Call)]
            if any(isinstance(call.func, ast.Attribute) and call.func.attr == "astimezone" for call in calls):
                continue
            for call in calls:
                if isinstance(call.func, ast.Attribute) and call.func.attr == "replace" and _drops(call):
                    receiver = call.func.value
                    if isinstance(receiver, ast.Name | ast.Attribute) and not _is_now(receiver, function.node):
                        yield Hit(call, function, "the offset is dropped, and the hour taken for one of another zone")


def _drops(call: ast.Call) -> bool:
    return any(
        word.arg == "tzinfo" and isinstance(word.value, ast.Constant) and word.value.value is None
        for word in call.keywords
    )


def _is_now(receiver: ast.expr, function: ast.AST) -> bool:
    """Whether the name is bound to the present time in the same function."""
    return isinstance(receiver, ast.Name) and any(
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == receiver.id for target in node.targets)
        and _NOW.search(ast.unparse(node.value))
        for node in ast.walk(function)
    )
