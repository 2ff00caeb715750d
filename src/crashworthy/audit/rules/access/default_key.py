"""A signing key has a default in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.credentials import FORGEABLE_TOKEN

_KEY = re.compile(
    r"(SECRET|SIGNING|JWT|SESSION).*KEY|(^|_)SECRET$|JWT.*SECRET|SECRET.*JWT|TOKEN.*SECRET", re.IGNORECASE
)
_READS = frozenset({"get", "getenv", "setdefault"})


class DefaultKey(Rule):
    """A key that signs sessions or tokens is a text in the source, or has one as its default.

    Whoever reads the source signs a session for any account. Left alone: keys that come from the environment alone,
    that are made at the start, and names of algorithms or headers.
    """

    id = "default-key"
    weakness = FORGEABLE_TOKEN
    firing = (
        Sample("a default", {"app.py": """
import os
from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev")

@app.get("/me")
def me():
    return {}
"""}),
        Sample("a constant", {"app.py": """
from flask import Flask

JWT_SECRET_KEY = "please-change"
app = Flask(__name__)

@app.get("/me")
def me():
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("from the environment, or made", {"app.py": """
import os
import secrets
from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY") or secrets.token_hex()
JWT_SECRET = os.environ["JWT_SECRET"]
SECRET_KEY_HEADER_NAME = None
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Texts given to names of signing keys."""
        every = frozenset(operation.name for operation in context.tree.operations)
        for module in context.analysis.index.service_modules:
            for node in ast.walk(module.file.tree):
                for name, value in _given(node):
                    if _KEY.search(name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield Hit(value, module, f"the key {name} has a value that stands in the source", every)


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                yield str(target.slice.value), node.value
            elif isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Attribute):
                yield target.attr, node.value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _READS:
        match node.args:
            case [ast.Constant(value=name), default]:
                yield str(name), default
