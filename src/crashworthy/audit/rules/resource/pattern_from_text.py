"""A regular expression is text of the request."""

from __future__ import annotations

import ast

from crashworthy.audit.reaches import Reaches, is_text
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Value
from crashworthy.weaknesses.resource import SLOW_PATTERN

_APP = """
import re
from flask import Flask, request
from shop.items import names

app = Flask(__name__)
"""


class PatternFromText(Reaches):
    """A function of `re` whose pattern is text of the request, or put together with it.

    Whoever writes the pattern decides how long it is tried. Left alone: `re.escape`.
    """

    id = "pattern-from-text"
    weakness = SLOW_PATTERN
    sinks = {
        f"re.{name}": (0, "pattern") for name in ("compile", "match", "fullmatch", "search", "sub", "findall", "split")
    }
    firing = (
        Sample(
            "a search",
            {
                "app.py": _APP
                + """
@app.get("/items")
def search():
    wanted = request.args.get("q", "")
    return {"items": [name for name in names() if re.search(wanted, name)]}
"""
            },
        ),
    )
    quiet = (
        Sample("escaped", {"app.py": _APP + """
@app.get("/items")
def search():
    wanted = re.escape(request.args.get("q", ""))
    return {"items": [name for name in names() if re.search(wanted, name)]}
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Says who chooses."""
        return "the request chooses the regular expression"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Text that was not escaped right there."""
        return is_text(value) and "escape(" not in ast.unparse(event.node)
