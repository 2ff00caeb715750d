"""A redirect leads wherever the request says."""

from __future__ import annotations

import re

from crashworthy.audit.handled import code_of
from crashworthy.audit.reaches import Reaches, is_text
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Value
from crashworthy.source.symbols import Function
from crashworthy.weaknesses.crosssite import OPEN_REDIRECT

_LOOKS = re.compile(r"allowed_host|netloc|hostname|url_for|is_safe|//|\bin [A-Z_]+\b")
_APP = """
from urllib.parse import urlsplit
from flask import Flask, redirect, request

app = Flask(__name__)
"""


class RedirectFromText(Reaches):
    """A redirect whose address is text of the request, from its beginning on.

    A link of the service then leads to a copy of its login page. Left alone: addresses that begin with a path of the
    service's own, and handlers that look at the host, or at two slashes, first.
    """

    id = "redirect-from-text"
    weakness = OPEN_REDIRECT
    sinks = dict.fromkeys(
        (
            "redirect",
            "flask.redirect",
            "quart.redirect",
            "django.shortcuts.redirect",
            "django.http.HttpResponseRedirect",
            "fastapi.responses.RedirectResponse",
            "starlette.responses.RedirectResponse",
        ),
        (0, "url", "location", "redirect_to"),
    )
    firing = (
        Sample(
            "a parameter",
            {
                "app.py": _APP
                + """
@app.get("/go")
def go():
    return redirect(request.args.get("next", "/"))
"""
            },
        ),
    )
    quiet = (
        Sample("a look at the host", {"app.py": _APP + """
@app.get("/go")
def go():
    target = request.args.get("next", "/")
    if urlsplit(target).netloc:
        target = "/"
    return redirect(target)
"""}),
        Sample("a path of its own", {"app.py": _APP + """
@app.get("/go/<int:page>")
def go(page):
    return redirect(f"/pages/{page}")
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Says what follows."""
        return "a redirect leads wherever the request says"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Only where the handler does not look at the address."""

        return is_text(value) and not (
            isinstance(event.scope, Function) and _LOOKS.search(code_of(event.scope.node).replace("http://", ""))
        )
