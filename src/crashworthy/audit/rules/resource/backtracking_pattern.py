"""A regular expression that can take a text in very many ways."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.source.patterns import pumps
from crashworthy.source.strings import constant_text
from crashworthy.source.symbols import Scope
from crashworthy.weaknesses.resource import SLOW_PATTERN

_FUNCTIONS = frozenset(
    {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "Regexp"}
    | {"RegexValidator", "RegexField"}
)

_APP = """
import re
from flask import Flask, abort, request

app = Flask(__name__)
"""


class BacktrackingPattern(Rule):
    """A loop within a loop, or two loops side by side, that can both take the same character.

    `(\\w+\\s?)+$` tries a text of thirty letters in a thousand million ways before it gives up. Left alone: loops
    whose rounds begin or end with a character of their own, possessive and atomic ones, and patterns whose
    matching nothing behind the loop can fail.
    """

    id = "backtracking-pattern"
    weakness = SLOW_PATTERN
    firing = (
        Sample("a loop within a loop", {"app.py": _APP + """
NAME = re.compile(r"^([a-zA-Z0-9]+[ -]?)+$")

@app.post("/teams")
def create():
    if not NAME.match(request.get_json()["name"]):
        abort(422)
    return {}, 201
"""}),
        Sample("two loops side by side", {"app.py": _APP + """
@app.post("/codes")
def create():
    if not re.fullmatch(r"\\d+\\d+-[A-Z]", request.get_json()["code"]):
        abort(422)
    return {}, 201
"""}),
    )  # fmt: skip
    quiet = (
        Sample("rounds begin with a character of their own", {"app.py": _APP + """
NAME = re.compile(r"^[a-zA-Z0-9]+([ -][a-zA-Z0-9]+)*$")

@app.post("/teams")
def create():
    if not NAME.match(request.get_json()["name"]):
        abort(422)
    return {}, 201
"""}),
        Sample("nothing behind it", {"app.py": _APP + """
@app.get("/words")
def words():
    return {"words": re.findall(r"(?:[a-z]+)+", request.args["text"])}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Patterns in functions, and those of modules where functions name them."""
        index = context.analysis.index
        for module in index.service_modules:
            named: dict[str, ast.Call] = {}
            for statement in module.file.tree.body:
                if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                    names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
                    if names and _slow(statement.value, module, context):
                        named[names[0]] = statement.value
            for function in module.functions:
                for node in ast.walk(function.node):
                    if isinstance(node, ast.Call) and (pattern := _slow(node, function, context)):
                        yield Hit(node, function, _message(pattern))
                    elif isinstance(node, ast.Name) and node.id in named:
                        pattern = _slow(named[node.id], module, context)
                        yield Hit(named[node.id], function, _message(pattern or ""))


def pattern_of(call: ast.Call, scope: Scope, context: Context) -> str | None:
    """The pattern that a call of `re`, or of a validator, is given."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in _FUNCTIONS or not call.args:
        return None
    return constant_text(context.analysis.index, call.args[0], scope)


def _slow(call: ast.Call, scope: Scope, context: Context) -> str | None:
    pattern = pattern_of(call, scope, context)
    return pattern if pattern is not None and pumps(pattern) else None


def _message(pattern: str) -> str:
    ways = "exponentially many" if pumps(pattern)[0].exponential else "very many"
    return f"the pattern {pattern!r} tries some texts in {ways} ways"
