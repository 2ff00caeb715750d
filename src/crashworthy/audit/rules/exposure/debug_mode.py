"""Debug mode stands in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.exposure import TRACEBACK_SHOWN

_APPLICATIONS = frozenset({"run", "run_simple", "FastAPI", "Starlette", "Litestar", "Quart"})


class DebugMode(Rule):
    """`app.run(debug=True)`, `FastAPI(debug=True)`, or `DEBUG = True` in Django's settings.

    Errors then answer with source and settings, and Werkzeug's console runs what a visitor types. Left alone: a value
    that a variable sets.
    """

    id = "debug-mode"
    weakness = TRACEBACK_SHOWN
    firing = (
        Sample("Flask's debugger", {"app.py": """
from flask import Flask

app = Flask(__name__)

@app.get("/")
def home():
    return {}

if __name__ == "__main__":
    app.run(debug=True)
"""}),
        Sample("FastAPI's own switch", {"main.py": """
from fastapi import FastAPI

app = FastAPI(debug=True)

@app.get("/")
def home():
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a variable says so", {"app.py": """
import os
from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run(debug=os.environ.get("FLASK_DEBUG") == "1")
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Debug switches that are on."""
        every = frozenset(operation.name for operation in context.tree.operations)
        for module in context.analysis.index.service_modules:
            for node in ast.walk(module.file.tree):
                if isinstance(node, ast.Call) and _name(node.func) in _APPLICATIONS and _switched_on(node):
                    yield Hit(node, module, "the application is started in debug mode", every)
                elif _is_django(node) and "ROOT_URLCONF" in module.file.text:
                    yield Hit(node, module, "Django's DEBUG is on", every)


def _switched_on(call: ast.Call) -> bool:
    return any(keyword.arg in ("debug", "use_debugger") and _on(keyword.value) for keyword in call.keywords)


def _is_django(node: ast.AST) -> bool:
    if not isinstance(node, ast.Assign) or not _on(node.value):
        return False
    return any(isinstance(target, ast.Name) and target.id == "DEBUG" for target in node.targets)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _on(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True
