"""A cookie that says who somebody is has none of its guards."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.crosssite import UNGUARDED_COOKIE

_IDENTITY = re.compile(r"(?i)sid$|session|token|auth|jwt|login|remember")
_NOT = re.compile(r"(?i)csrf|xsrf")
_APP = """
import secrets
from flask import Flask, make_response

app = Flask(__name__)
"""


class BareCookie(Rule):
    """`set_cookie` for a session or a token, without `httponly`.

    Script in a page then reads it. Left alone: other cookies, tokens against forgery, which script has to read, and
    calls whose settings come from elsewhere.
    """

    id = "bare-cookie"
    weakness = UNGUARDED_COOKIE
    firing = (
        Sample(
            "a session",
            {
                "app.py": _APP
                + """
@app.post("/login")
def login():
    answer = make_response("", 204)
    answer.set_cookie("sid", secrets.token_urlsafe(32))
    return answer
"""
            },
        ),
    )
    quiet = (
        Sample("guarded, and of no value", {"app.py": _APP + """
@app.post("/login")
def login():
    answer = make_response("", 204)
    answer.set_cookie("sid", secrets.token_urlsafe(32), httponly=True, secure=True, samesite="Lax")
    answer.set_cookie("theme", "dark")
    return answer
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such calls."""
        for function in context.analysis.index.functions.values():
            for node in ast.walk(function.node):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_bare(node):
                    yield Hit(node, function, "script can read the cookie that says who somebody is")


def _is_bare(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "set_cookie":
        return False
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    name = call.args[0] if call.args else given.get("key")
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or None in given:
        return False
    guard = given.get("httponly")
    is_off = guard is None or (isinstance(guard, ast.Constant) and not guard.value)
    return is_off and _IDENTITY.search(name.value) is not None and not _NOT.search(name.value)
