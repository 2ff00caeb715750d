"""A number of the request says how often something is done."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import Handled, handlers
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.resource import COST_BY_NUMBER

_FROM_REQUEST = re.compile(r"\brequest\.(args|form|values|json|get_json|query_params|GET|POST|match_info)\b")
_APP = """
import secrets
from typing import Annotated
from fastapi import FastAPI, Query

app = FastAPI()
"""


class CountFromNumber(Rule):
    """`range` of a number of the request that has no bound.

    One digit more, and the work is ten times as much. Left alone: numbers with a bound in their type, and those that
    are compared, or given to `min`, anywhere in the handler.
    """

    id = "count-from-number"
    weakness = COST_BY_NUMBER
    firing = (
        Sample(
            "as many as are asked for",
            {
                "app.py": _APP
                + """
@app.post("/vouchers")
def vouchers(count: int = 10):
    return {"vouchers": [secrets.token_hex(8) for _ in range(count)]}
"""
            },
        ),
    )
    quiet = (
        Sample("bounds", {"app.py": _APP + """
@app.post("/vouchers")
def vouchers(count: Annotated[int, Query(le=500)] = 10, more: int = 1):
    more = min(more, 5)
    return {"vouchers": [secrets.token_hex(8) for _ in range(count)] + [more for _ in range(more)]}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such loops."""
        for handled in handlers(context):
            numbers = _numbers(handled)
            for node in ast.walk(handled.function.node):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "range" and node.args:
                    name = ast.unparse(node.args[-1 if len(node.args) < 3 else 1])
                    if name in numbers and not _is_bounded(name, handled):
                        yield handled.suspected(f"{name!r} of the request says how often something is done", node)


def _numbers(handled: Handled) -> frozenset[str]:
    """Expressions of the handler that are numbers of the request, as it writes them."""
    arguments = handled.function.node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    plain = {each.arg for each in every if each.annotation is not None and ast.unparse(each.annotation) == "int"}
    models = {each.arg: ast.unparse(each.annotation) for each in every if each.annotation is not None}
    for node in ast.walk(handled.function.module.file.tree):
        if isinstance(node, ast.ClassDef):
            fields = [
                each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            ]
            for name in (name for name, annotation in models.items() if annotation == node.name):
                plain |= {f"{name}.{ast.unparse(each.target)}" for each in fields if _is_plain(each)}
    for node in ast.walk(handled.function.node):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = ast.unparse(node.value)
            if value.startswith("int(") and _FROM_REQUEST.search(value):
                plain.add(node.targets[0].id)
    return frozenset(plain)


def _is_plain(field: ast.AnnAssign) -> bool:
    """Whether a field is any whole number."""
    return ast.unparse(field.annotation) == "int" and (field.value is None or isinstance(field.value, ast.Constant))


def _is_bounded(name: str, handled: Handled) -> bool:
    """Whether the handler compares it, or takes the smaller of it and something."""
    for node in ast.walk(handled.function.node):
        if isinstance(node, ast.Compare) and any(ast.unparse(each) == name for each in (node.left, *node.comparators)):
            return True
        is_smaller = isinstance(node, ast.Call) and ast.unparse(node.func) in ("min", "sorted")
        if is_smaller and isinstance(node, ast.Call) and any(name in ast.unparse(each) for each in node.args):
            return True
    return False
