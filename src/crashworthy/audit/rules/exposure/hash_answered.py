"""An answer holds what is kept of a password."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import Handled, handlers
from crashworthy.audit.named import PASSWORDS, joined, text_of
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.exposure import PASSWORD_SHOWN

_KEPT = PASSWORDS | {"passwordhash", "hashedpassword", "passwordhashed", "pwhash", "passhash", "passworddigest"}
_PEOPLE = re.compile(r"^(User|Account|Member|Customer|Person|Employee)(Row|Model|Db|DB|InDB)?$")
_FETCHES = frozenset({"get", "first", "one", "scalar", "scalars", "all", "query", "one_or_none", "scalar_one_or_none"})
_APP = """
from fastapi import FastAPI
from pydantic import BaseModel
from shop.database import User, open_session

app = FastAPI()

class PublicUser(BaseModel):
    name: str
"""


class HashAnswered(Rule):
    """A handler answers with a field such as `password`, or with the row of a user as the database gave it.

    Left alone: constants, such as a mask, and models that choose what is shown (`response_model`, an annotation).
    """

    id = "hash-answered"
    weakness = PASSWORD_SHOWN
    firing = (
        Sample("a row", {"app.py": _APP + """
@app.get("/users/{user_id}")
def show(user_id: int):
    with open_session() as db:
        user = db.get(User, user_id)
        return user
"""}),
        Sample("a field", {"app.py": _APP + """
@app.get("/users/{user_id}")
def show(user_id: int):
    with open_session() as db:
        user = db.get(User, user_id)
        return {"name": user.name, "password_hash": user.password_hash}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a model, and a mask", {"app.py": _APP + """
@app.get("/users/{user_id}", response_model=PublicUser)
def show(user_id: int):
    with open_session() as db:
        user = db.get(User, user_id)
        return user

@app.get("/me")
def me():
    return {"name": "ada", "password": "********", "password_changed": True}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such answers."""
        for handled in handlers(context):
            for node in ast.walk(handled.function.node):
                if isinstance(node, ast.Return) and node.value is not None:
                    name = _field(node.value)
                    if name is not None:
                        yield handled.suspected(f"the answer holds {name!r}", node)
                    elif _is_row(node.value, handled) and not _is_shaped(handled):
                        yield handled.suspected("the answer is the row of a user, with all its columns", node)


def _field(value: ast.expr) -> str | None:
    for node in ast.walk(value):
        if isinstance(node, ast.Dict):
            for key, each in zip(node.keys, node.values, strict=True):
                if key is not None and joined(text_of(key)) in _KEPT and isinstance(each, ast.Attribute | ast.Name):
                    return text_of(key)
    return None


def _is_row(value: ast.expr, handled: Handled) -> bool:
    """Whether a value is what a query for a user gave, and nothing was done to it."""
    if handled.route.framework not in ("fastapi", "litestar") or not isinstance(value, ast.Name):
        return False
    given = [
        node.value
        for node in ast.walk(handled.function.node)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == value.id for t in node.targets)
    ]
    return bool(given) and all(_fetches_user(each) for each in given)


def _fetches_user(value: ast.expr) -> bool:
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
    named = any(_PEOPLE.match(a.id) for call in calls for a in call.args if isinstance(a, ast.Name))
    return (
        named and isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _FETCHES
    )


def _is_shaped(handled: Handled) -> bool:
    """Whether the decorator or the annotation says what is shown."""
    node = handled.function.node
    shaped = any(
        keyword.arg in ("response_model", "response_model_exclude", "return_dto")
        for each in node.decorator_list
        if isinstance(each, ast.Call)
        for keyword in each.keywords
    )
    return shaped or node.returns is not None
