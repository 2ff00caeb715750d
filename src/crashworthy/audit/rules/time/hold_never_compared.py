"""Until when something is held is written down, and compared with nothing."""

# The samples hold statements.
# ruff: noqa: S608

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.weaknesses.time import HOLD_WITHOUT_END

_APP = """
import sqlite3
import time
from flask import Flask, abort, request

app = Flask(__name__)
db = sqlite3.connect("seats.db")
held = {}
"""
_HOLDS = re.compile(r"hold|held|reserv|lock|lease|claim", re.IGNORECASE)
_ENDS = re.compile(
    r"\b((?:hold_|held_|reserved_|locked_|lease_)?(?:expires?_?(?:at|on)?|expiry|expires_?time|until))\b"
)
_WRITES = re.compile(r"\b(INSERT|UPDATE)\b", re.IGNORECASE)


class HoldNeverCompared(Rule):
    """A handler that holds something writes an end (`expires_at`), which no line of the service compares with a time.

    Such an end is shown to clients and frees nothing. Left alone: services that compare any such end, in Python, in SQL
    or in a lookup of an ORM (`expires_at__lt`), whatever it is called.
    """

    id = "hold-never-compared"
    weakness = HOLD_WITHOUT_END
    firing = (
        Sample("in a statement", {"app.py": _APP + """
@app.post("/seats/<int:seat>/hold")
def hold(seat):
    done = db.execute("UPDATE seats SET held = 1, expires_at = ? WHERE id = ? AND held = 0", (time.time() + 600, seat))
    return {"ok": done.rowcount}
"""}),
        Sample("in a dict", {"app.py": _APP + """
@app.post("/rooms/<int:room>/reservations")
def reserve(room):
    if room in held:
        abort(409)
    held[room] = {"guest": request.json["guest"], "expires_at": time.time() + 600}
    return held[room]
"""}),
    )  # fmt: skip
    quiet = (
        Sample("compared in the statement", {"app.py": _APP + """
@app.post("/seats/<int:seat>/hold")
def hold(seat):
    now = time.time()
    done = db.execute("UPDATE seats SET expires_at = ? WHERE id = ? AND expires_at <= ?", (now + 600, seat, now))
    return {"ok": done.rowcount}
"""}),
        Sample("compared elsewhere", {"app.py": _APP + """
def free(room):
    return room not in held or held[room]["expires_at"] < time.time()

@app.post("/rooms/<int:room>/reservations")
def reserve(room):
    if not free(room):
        abort(409)
    held[room] = {"guest": request.json["guest"], "expires_at": time.time() + 600}
    return held[room]
"""}),
        Sample("compared by another name", {"app.py": _APP + """
@app.post("/seats/<int:seat>/hold")
def hold(seat):
    until = time.time() + 600
    done = db.execute("UPDATE seats SET until = ? WHERE id = ? AND until < ?", (until, seat, time.time()))
    return {"expires_at": until} if done.rowcount else ("", 409)
"""}),
        Sample("no hold", {"app.py": _APP + """
@app.post("/coupons")
def coupon():
    held["coupon"] = {"expires_at": time.time() + 600}
    return held["coupon"]
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """The places where such an end is written, in handlers and what they call."""
        compared = {
            name
            for module in context.analysis.index.service_modules
            for node in ast.walk(module.file.tree)
            for name in _compared(node)
        }
        if any(_ENDS.fullmatch(name) for name in compared):
            # What one answer calls so may be another column by another name.
            return
        for run in context.runs:
            if run.route is None or run.route.method not in ("POST", "PUT", "PATCH"):
                continue
            if not _HOLDS.search(run.route.path):
                continue
            for node in ast.walk(run.function.node):
                for name in _written(node):
                    message = f"`{name}` is written down and compared with no time: what is held stays held"
                    yield Hit(node, run.function, message, operations_of(run))


def _written(node: ast.AST) -> Iterator[str]:
    """Ends that are columns of a statement that writes, keys of a dict, attributes or keyword arguments."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WRITES.search(node.value):
        yield from _ENDS.findall(node.value)
    names: list[str] = []
    if isinstance(node, ast.Dict):
        names = [str(key.value) for key in node.keys if isinstance(key, ast.Constant)]
    elif isinstance(node, ast.keyword) and node.arg:
        names = [node.arg]
    elif isinstance(node, ast.Assign):
        names = [target.attr for target in node.targets if isinstance(target, ast.Attribute)]
    yield from (name for name in names if _ENDS.fullmatch(name))


def _compared(node: ast.AST) -> Iterator[str]:
    """Ends on either side of a comparison, in Python, in a statement, or in a lookup of an ORM."""
    if isinstance(node, ast.Compare):
        for side in ast.walk(node):
            name = side.attr if isinstance(side, ast.Attribute) else side.id if isinstance(side, ast.Name) else None
            if isinstance(side, ast.Constant) and isinstance(side.value, str):
                name = side.value
            if name is not None:
                yield name
    elif isinstance(node, ast.keyword) and node.arg and "__" in node.arg:
        yield node.arg.partition("__")[0]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        for match in _ENDS.finditer(node.value):
            if re.search(
                rf"{re.escape(match[1])}\W*\s*(<|>|BETWEEN)|(<|>)=?\s*[\w.]*{re.escape(match[1])}",
                node.value,
                re.IGNORECASE,
            ):
                yield match[1]
