"""What resets a password is part of the answer to whoever asks for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.weaknesses.credentials import PASSWORD_RESET

_APP = """
import secrets
from flask import Flask, request

app = Flask(__name__)
codes = {}
"""
_ASKS = ("forgot", "reset", "recover", "lost")
_MAKERS = frozenset({"token_urlsafe", "token_hex", "uuid4", "randint", "randbelow", "choices", "dumps", "encode"})


class ResetTold(Rule):
    """A handler whose path says that a password is forgotten makes something random, and answers with it.

    It is written like that for want of a mail server, and stays. Left alone: what is only stored, mailed or printed.
    """

    id = "reset-told"
    weakness = PASSWORD_RESET
    firing = (
        Sample("for development only", {"app.py": _APP + """
@app.post("/forgot-password")
def forgot():
    token = secrets.token_urlsafe(24)
    codes[token] = request.form.get("email")
    return {"message": "check your mail", "debug_token": token}
"""}),
        Sample("a link", {"app.py": _APP + """
@app.post("/password/reset-request")
def forgot():
    code = secrets.token_hex(16)
    codes[code] = request.form.get("email")
    link = f"https://shop.example.com/reset?code={code}"
    return {"link": link}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("printed", {"app.py": _APP + """
@app.post("/forgot-password")
def forgot():
    token = secrets.token_urlsafe(24)
    codes[token] = request.form.get("email")
    print(f"mail: /reset?token={token}")
    return {"message": "check your mail"}
"""}),
        Sample("a login", {"app.py": _APP + """
@app.post("/login")
def login():
    token = secrets.token_urlsafe(24)
    return {"token": token}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Answers that hold what the handler has made."""
        for run in context.runs:
            if run.route is None or not any(word in run.route.path.lower() for word in _ASKS):
                continue
            if run.route.method == "GET" or any("password" in each for each in _read(run.function.node)):
                continue
            made = {*_made(run.function.node)}
            for node in ast.walk(run.function.node):
                if isinstance(node, ast.Return) and node.value is not None and _names(node.value) & made:
                    message = "the answer holds what resets the password, for whoever asks"
                    yield Hit(node, run.function, message, operations_of(run))


def _made(function: ast.AST) -> Iterator[str]:
    """Variables that hold something random, or a text made with it."""
    known: set[str] = set()
    for node in ast.walk(function):
        for target, value in _assigned(node):
            is_text = isinstance(value, ast.JoinedStr | ast.BinOp)
            if isinstance(target, ast.Name) and (_is_random(value) or (is_text and _names(value) & known)):
                known.add(target.id)
                yield target.id


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each variable of an assignment with its value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip(target.elts, node.value.elts, strict=False)
            else:
                yield target, node.value


def _is_random(value: ast.expr) -> bool:
    calls = (each.func for each in ast.walk(value) if isinstance(each, ast.Call))
    return any(isinstance(call, ast.Attribute) and call.attr in _MAKERS for call in calls)


def _read(function: ast.AST) -> Iterator[str]:
    """The fields that the handler reads: one that takes the new password is the second step."""
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value.lower()
        elif isinstance(node, ast.Attribute):
            yield node.attr.lower()


def _names(value: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
