"""A token is signed that names no end."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.credentials import TOKEN_WITHOUT_END

_APP = """
import os
from datetime import UTC, datetime, timedelta

import jwt
from flask import Flask

app = Flask(__name__)
KEY = os.environ["KEY"]
"""
_LIBRARIES = frozenset({"jwt", "jose", "authlib"})


class TokenWithoutEnd(Rule):
    """`jwt.encode` of a dict that is written out and has no `exp`.

    Whoever finds the token has the account for as long as the key lives. Left alone: claims that come from elsewhere,
    and dicts to which an `exp` is added.
    """

    id = "token-without-end"
    weakness = TOKEN_WITHOUT_END
    firing = (
        Sample("a login", {"app.py": _APP + """
@app.post("/login")
def login():
    return {"token": jwt.encode({"sub": "ada"}, KEY, algorithm="HS256")}
"""}),
        Sample("a variable", {"app.py": _APP + """
@app.post("/login")
def login():
    claims = {"sub": "ada", "iat": datetime.now(UTC)}
    return {"token": jwt.encode(claims, KEY, algorithm="HS256")}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("an end", {"app.py": _APP + """
@app.post("/login")
def login():
    claims = {"sub": "ada", "exp": datetime.now(UTC) + timedelta(hours=1)}
    return {"token": jwt.encode(claims, KEY, algorithm="HS256")}
"""}),
        Sample("an end that is added", {"app.py": _APP + """
@app.post("/login")
def login():
    claims = {"sub": "ada"}
    claims.update({"exp": datetime.now(UTC) + timedelta(hours=1)})
    return {"token": jwt.encode(claims, KEY, algorithm="HS256")}
"""}),
        Sample("claims from elsewhere", {"app.py": _APP + """
def sign(claims):
    return jwt.encode(claims, KEY, algorithm="HS256")
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such calls, at all operations of the service: tokens are made where somebody logs in."""
        every = frozenset(operation.name for operation in context.tree.operations)
        for module in context.analysis.index.service_modules:
            for function in ast.walk(module.file.tree):
                if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                for node in ast.walk(function):
                    if (
                        _signs(node)
                        and isinstance(node, ast.Call)
                        and node.args
                        and _is_endless(node.args[0], function)
                    ):
                        yield Hit(node, module, "a token is signed that names no end", every)


def _signs(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "encode":
        return False
    return isinstance(node.func.value, ast.Name) and node.func.value.id in _LIBRARIES


def _is_endless(claims: ast.expr, function: ast.AST) -> bool:
    if isinstance(claims, ast.Dict):
        # What is unpacked into it may bring an end along.
        return None not in claims.keys and not any(_is_exp(key) for key in claims.keys)
    if not isinstance(claims, ast.Name) or any(_is_exp(node) for node in ast.walk(function)):
        return False
    values = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == claims.id for t in node.targets)
    ]
    return bool(values) and all(isinstance(value, ast.Dict) and None not in value.keys for value in values)


def _is_exp(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == "exp"
