"""An amount is divided and each share rounded, with nobody to take the rest."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.weaknesses.conservation import LOST_REMAINDER

_APP = """
from fastapi import FastAPI

app = FastAPI()
"""
_MONEY = frozenset({"price", "amount", "balance", "fee", "cost", "total", "subtotal", "cents", "payment", "bill"})
_MANY = ("people", "person", "participants", "members", "friends", "users", "months", "parts", "shares", "guests")
_MANY_MORE = ("installments", "instalments", "payers", "heads", "ways", "n", "count", "num")
_REST = ("remainder", "rest", "leftover", "left_over", "remaining", "divmod", "diff", "difference")


class RoundedShare(Rule):
    """`round(amount / n, 2)`, `amount // n` or `.quantize` of such a quotient, where n is a number of people or parts.

    Left alone: functions that also take a remainder (`%`, `divmod`, a name for what is left), or subtract from the
    amount, for then somebody takes the rest; and averages.
    """

    id = "rounded-share"
    weakness = LOST_REMAINDER
    firing = (
        Sample("rounded", {"main.py": _APP + """
@app.post("/bills")
def split(amount: float, people: int):
    share = round(amount / people, 2)
    return {"shares": [share] * people}
"""}),
        Sample("floored", {"main.py": _APP + """
@app.post("/payouts")
def pay(total_cents: int, users: list[str]):
    each = total_cents // len(users)
    return {user: each for user in users}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("the rest is given to the first", {"main.py": _APP + """
@app.post("/payouts")
def pay(total_cents: int, users: list[str]):
    each, rest = divmod(total_cents, len(users))
    return {user: each + (place < rest) for place, user in enumerate(users)}
"""}),
        Sample("the last takes what is left", {"main.py": _APP + """
@app.post("/bills")
def split(amount: float, people: int):
    share = round(amount / people, 2)
    shares = [share] * (people - 1)
    return {"shares": [*shares, round(amount - sum(shares), 2)]}
"""}),
        Sample("an average", {"main.py": _APP + """
@app.get("/stats")
def stats(amount: float, orders: int):
    return {"average": round(amount / orders, 2)}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such quotients in handlers and what they call."""
        for run in context.runs:
            if _takes_the_rest(run.function.node):
                continue
            for node in ast.walk(run.function.node):
                quotient = _rounded(node)
                if quotient is not None and _is_money(quotient.left) and _is_many(quotient.right):
                    message = "each share is rounded by itself: together they are not what was divided"
                    yield Hit(node, run.function, message, operations_of(run))


def _rounded(node: ast.AST) -> ast.BinOp | None:
    """The quotient that is rounded, or that loses its fraction."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        return node
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name) and node.func.id in ("round", "int") and node.args:
        inner: ast.expr = node.args[0]
    elif isinstance(node.func, ast.Attribute) and node.func.attr == "quantize":
        inner = node.func.value
    else:
        return None
    return inner if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div) else None


def _is_money(value: ast.expr) -> bool:
    return any(word in _MONEY for name in _names(value) for word in name.split("_"))


def _is_many(value: ast.expr) -> bool:
    names = {*_names(value)}
    counted = any(isinstance(node, ast.Call) and ast.unparse(node.func) == "len" for node in ast.walk(value))
    many = (*_MANY, *_MANY_MORE)
    return any(word in many for name in names for word in name.split("_")) and (counted or len(names) == 1)


def _takes_the_rest(function: ast.AST) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and not isinstance(node.left, ast.Constant):
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and _is_money(node.left):
            return True
        if isinstance(node, ast.Name) and any(word in node.id.lower() for word in _REST):
            return True
    return False


def _names(value: ast.AST) -> Iterator[str]:
    """Names of variables, attributes and keys, without what an attribute belongs to."""
    if isinstance(value, ast.Attribute):
        yield value.attr.lower()
    elif isinstance(value, ast.Name):
        yield value.id.lower()
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value.lower()
    else:
        for below in ast.iter_child_nodes(value):
            yield from _names(below)
