"""A list that holds everybody's secrets is the answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.named import CARDS, KEYS, joined, text_of
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.source.symbols import Module
from crashworthy.weaknesses.private_values import PRIVATE_VALUE_SHOWN

_SECRETS = CARDS | KEYS | {"token", "sessiontoken", "authtoken"}
_ALL = re.compile(r".*\.(all|values)\(\)")
_CHOSEN = re.compile(r"filter|where|owner|current|caller|mine")
_AROUND = frozenset({"jsonify", "list", "values", "dict"})
_APP = """
import secrets
from flask import Flask, request

app = Flask(__name__)
users = []
"""


class SecretAnswered(Rule):
    """A handler answers with all entries of a container that hold tokens, keys or cards, or lists these of each.

    Left alone: entries that are chosen by a condition, or of which names are listed only.
    """

    id = "secret-answered"
    weakness = PRIVATE_VALUE_SHOWN
    firing = (
        Sample("users with their tokens", {"app.py": _APP + """
@app.post("/register")
def register():
    users.append({"name": request.form["name"], "token": secrets.token_hex(16)})
    return {"token": users[-1]["token"]}

@app.get("/users")
def listed():
    return users
"""}),
        Sample("keys of each", {"app.py": _APP + """
from models import User

@app.get("/users")
def listed():
    return [{"name": user.name, "api_key": user.api_key} for user in User.query.all()]
"""}),
    )  # fmt: skip
    quiet = (
        Sample("names only", {"app.py": _APP + """
@app.post("/register")
def register():
    users.append({"name": request.form["name"], "token": secrets.token_hex(16)})
    return {"token": users[-1]["token"]}

@app.get("/users")
def listed():
    return [{"name": user["name"]} for user in users]
"""}),
        Sample("one's own", {"app.py": _APP + """
@app.get("/cards")
def listed():
    return [{"card_number": each["card_number"]} for each in cards if each["owner"] == caller()]
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Answers that are such a list."""
        for module in context.analysis.index.service_modules:
            holding = dict(_holding(module))
            for function in module.functions:
                for node in ast.walk(function.node):
                    name = _whole(node.value) if isinstance(node, ast.Return) and node.value else None
                    secret = _of_each(node.value) if isinstance(node, ast.Return) and node.value else None
                    if secret is not None:
                        yield Hit(node, function, f"the answer lists {secret!r} of all entries")
                    elif name in holding:
                        yield Hit(
                            node, function, f"the answer is all of {name!r}, whose entries hold {holding[name]!r}"
                        )


def _holding(module: Module) -> Iterator[tuple[str, str]]:
    """Names to which dicts with a secret are added, and the secret's name."""
    for node in ast.walk(module.file.tree):
        container, value = None, None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            container, value = node.func.value, node.args[0] if node.args else None
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            container, value = node.targets[0].value, node.value
        if isinstance(container, ast.Name) and isinstance(value, ast.Dict):
            for key in value.keys:
                if key is not None and joined(text_of(key)) in _SECRETS:
                    yield container.id, text_of(key)


def _whole(value: ast.expr) -> str | None:
    """The name of the container that an answer is, if nothing is chosen from it."""
    match value:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Name(id=called), args=[inner]) if called in _AROUND:
            return _whole(inner)
        case ast.Call(func=ast.Attribute(attr="values", value=inner), args=[]):
            return _whole(inner)
        case ast.Dict(values=[inner]):
            return _whole(inner)
        case _:
            return None


def _of_each(value: ast.expr) -> str | None:
    """The secret that an answer lists of each entry, without a condition."""
    for node in ast.walk(value):
        if isinstance(node, ast.ListComp) and isinstance(node.elt, ast.Dict) and _is_of_all(node.generators[0]):
            for key, each in zip(node.elt.keys, node.elt.values, strict=True):
                whole = isinstance(each, ast.Attribute) or (isinstance(each, ast.Subscript) and text_of(each.slice))
                if key is not None and whole and joined(text_of(key)) in _SECRETS:
                    return text_of(key)
    return None


def _is_of_all(generator: ast.comprehension) -> bool:
    """Whether a comprehension goes over all that there is."""
    over = ast.unparse(generator.iter)
    return not generator.ifs and _ALL.fullmatch(over) is not None and not _CHOSEN.search(over)
