"""The whole body of a request becomes an object."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.access import MASS_ASSIGNMENT

_BODY = re.compile(r"\brequest\.(get_json\(|json\b|form\b|POST\b|data\b)|json\.loads\(\s*request\.")


class WholeBody(Rule):
    """`Model(**request.get_json())`: each field of the object can be set, also those that nobody asks for.

    Left alone: fields that are taken one by one, and models that the framework has validated (`model_dump`).
    """

    id = "whole-body"
    weakness = MASS_ASSIGNMENT
    firing = (
        Sample("a body becomes a user", {"app.py": """
from flask import Flask, request
from models import User

app = Flask(__name__)

@app.post("/users")
def create():
    data = request.get_json()
    user = User(**data)
    return {"id": user.id}
"""}),
        Sample("a body is laid over a record", {"app.py": """
from flask import Flask, request

app = Flask(__name__)
users = {}

@app.post("/users")
def create():
    users[len(users)] = {"is_admin": False, **request.get_json()}
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("one by one, or validated", {"app.py": """
from flask import Flask, request
from models import User
from schemas import NewUser

app = Flask(__name__)

@app.post("/users")
def create():
    data = request.get_json()
    user = User(name=data["name"])
    other = User(**NewUser(name=data["name"]).model_dump())
    return {"id": user.id, "other": other.id}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Unpacked bodies."""
        for function in context.analysis.index.functions.values():
            bodies = {
                target.id
                for node in ast.walk(function.node)
                if isinstance(node, ast.Assign) and _BODY.search(ast.unparse(node.value)) and not _taken(node.value)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(function.node):
                for value in _unpacked(node):
                    named = isinstance(value, ast.Name) and value.id in bodies
                    if named or (_BODY.search(ast.unparse(value)) and not _taken(value)):
                        yield Hit(node, function, "the whole body of the request becomes an object")


def _taken(value: ast.expr) -> bool:
    """Whether something is taken out of the body."""
    return isinstance(value, ast.Subscript) or (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("get", "pop")
    )


def _unpacked(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        yield from (keyword.value for keyword in node.keywords if keyword.arg is None)
    elif isinstance(node, ast.Dict):
        yield from (value for key, value in zip(node.keys, node.values, strict=True) if key is None)
