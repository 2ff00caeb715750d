"""A time limit is computed with times that know no zone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.time import LOCAL_TIME

_APP = """
from datetime import UTC, datetime, timedelta
from fastapi import FastAPI

app = FastAPI()
"""


class NaiveLimit(Rule):
    """`datetime.now() + timedelta(...)`, in the server's own time, or `datetime.utcnow().timestamp()`.

    The first is an hour off twice a year, and hours off wherever it meets a time of another zone; the second takes UTC
    for local time. Left alone: times with a zone, `utcnow` that is only compared with itself, and local times that
    are only shown.
    """

    id = "naive-limit"
    weakness = LOCAL_TIME
    firing = (
        Sample("a hold until a local time", {"main.py": _APP + """
@app.post("/holds")
def hold():
    return {"expires_at": (datetime.now() + timedelta(minutes=10)).isoformat()}
"""}),
        Sample("a local time that has a name", {"main.py": _APP + """
@app.post("/holds")
def hold():
    begun = datetime.now()
    return {"expires_at": (begun + timedelta(minutes=10)).isoformat()}
"""}),
        Sample("UTC taken for local time", {"main.py": _APP + """
@app.post("/tokens")
def token():
    return {"exp": int(datetime.utcnow().timestamp()) + 3600}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("with a zone", {"main.py": _APP + """
@app.post("/holds")
def hold():
    return {"expires_at": (datetime.now(UTC) + timedelta(minutes=10)).isoformat()}
"""}),
        Sample("UTC without a zone, throughout", {"main.py": _APP + """
@app.post("/holds")
def hold():
    return {"expires_at": (datetime.utcnow() + timedelta(minutes=10)).isoformat() + "Z"}
"""}),
        Sample("only shown", {"main.py": _APP + """
@app.get("/now")
def now():
    return {"now": datetime.now().isoformat()}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Sums of a local time, and timestamps of what `utcnow` says."""
        for function in context.analysis.functions:
            local = _names(function.node)
            for node in ast.walk(function.node):
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _spans(node.right):
                    if _is_local(node.left) or (isinstance(node.left, ast.Name) and node.left.id in local):
                        yield Hit(node, function, "a limit is set in the server's own time, whatever zone that is in")
                elif _is_call(node, "timestamp") and _is_call(node.func.value, "utcnow"):  # type: ignore[attr-defined]
                    yield Hit(node, function, "a time in UTC is taken for one in the server's zone")


def _names(function: ast.AST) -> frozenset[str]:
    """Names that are bound to a local time."""
    return frozenset(
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and _is_local(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def _is_local(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "now"
        and not node.args
        and not node.keywords
        and ast.unparse(node.func.value).rpartition(".")[2] in {"datetime", "dt"}
    )


def _spans(node: ast.expr) -> bool:
    """Whether it is a span of time by its name."""
    return "timedelta" in ast.unparse(node) or ast.unparse(node).rpartition(".")[2].isupper()


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
