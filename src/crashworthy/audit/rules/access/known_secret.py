"""What lets somebody in stands in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.source.symbols import Module
from crashworthy.weaknesses.credentials import KNOWN_CREDENTIAL

_SECRET = re.compile(r"(?i)key|secret|password|passwd|token|pin$")
_HASH = re.compile(r"(?i)hash|make_password|encrypt_password")
_READS = frozenset({"os.environ.get", "os.getenv", "environ.get", "getenv"})
_APP = """
import os
import secrets
import sqlite3
from flask import Flask, abort, request
from werkzeug.security import generate_password_hash

app = Flask(__name__)
db = sqlite3.connect("shop.db")
"""


class KnownSecret(Rule):
    """A request is let in by a text of the source, or an account is made with a password that stands there.

    A default of a variable counts: it is what the service runs with where nobody sets it. Left alone: variables without
    a default, and hashes that no account has, as they are computed to take the same time.
    """

    id = "known-secret"
    weakness = KNOWN_CREDENTIAL
    firing = (
        Sample("a key", {"app.py": _APP + """
ADMIN_KEY = os.environ.get("ADMIN_KEY", "letmein")

@app.delete("/products/<int:product>")
def delete(product):
    if request.headers.get("X-Admin-Key") != ADMIN_KEY:
        abort(401)
    return {}
"""}),
        Sample("a first account", {"app.py": _APP + """
db.execute("INSERT INTO users VALUES (?, ?)", ("admin", generate_password_hash("admin123")))

@app.get("/users")
def users():
    return {"users": db.execute("SELECT COUNT(*) FROM users").fetchone()[0]}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a variable", {"app.py": _APP + """
ADMIN_KEY = os.environ["ADMIN_KEY"]
NOBODYS_HASH = generate_password_hash("nobody has this password")

@app.delete("/products/<int:product>")
def delete(product):
    if not secrets.compare_digest(request.headers.get("X-Admin-Key", ""), ADMIN_KEY):
        abort(401)
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Comparisons with such a text, and accounts that are made with one."""
        every = frozenset(operation.name for operation in context.tree.operations)
        for module in context.analysis.index.service_modules:
            known = dict(_known(module))
            for function in module.functions:
                for node in ast.walk(function.node):
                    name = next((each for each in _compared(node) if each in known), None)
                    if name is not None:
                        reached = frozenset(context.tree.operations_reaching(function.location(node)))
                        message = f"who knows {name!r} is let in, and it stands in the source"
                        yield Hit(known[name], module, message, reached)
            for node in ast.walk(module.file.tree):
                if isinstance(node, ast.Call) and any(_is_hash_of_text(each) for each in _inside(node)):
                    yield Hit(node, module, "an account is made with a password that stands in the source", every)


def _known(module: Module) -> Iterator[tuple[str, ast.Assign]]:
    """Names of the module that hold a secret that its source gives away, and where."""
    for node in module.file.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _given(node.value):
            name = node.targets[0].id
            # What is assigned once more may be another text by then.
            if _SECRET.search(name) and _assignments(module, name) == 1:
                yield name, node


def _assignments(module: Module, name: str) -> int:
    stored = (node for node in ast.walk(module.file.tree) if isinstance(node, ast.Name) and node.id == name)
    return sum(isinstance(node.ctx, ast.Store) for node in stored)


def _given(value: ast.expr) -> bool:
    """Whether a value is a text, or the default of a variable that is one."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) in _READS and len(value.args) == 2:
        value = value.args[1]
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and bool(value.value)


def _compared(node: ast.AST) -> Iterator[str]:
    """Names that a comparison has on one of its sides."""
    sides: list[ast.expr] = []
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
        sides = [node.left, *node.comparators]
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("compare_digest"):
        sides = node.args
    for side in sides:
        if isinstance(side, ast.Call) and isinstance(side.func, ast.Attribute) and side.func.attr == "encode":
            side = side.func.value
        if isinstance(side, ast.Name):
            yield side.id


def _inside(call: ast.Call) -> Iterator[ast.AST]:
    """What the arguments of a call hold."""
    if not _HASH.search(ast.unparse(call.func)):
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            yield from ast.walk(argument)


def _is_hash_of_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and _HASH.search(ast.unparse(node.func)) is not None
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )
