"""A cookie alone says who changes something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crashworthy.audit.handled import handlers, service_code
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.crosssite import CROSS_SITE_CHANGE

_BY_COOKIE = re.compile(r"\bsession\[|in session\b|session\.get\(|\.cookies\b|\bCookie\(")
_FORM = re.compile(r"request\.(form|values|POST|data|body\(\))|\bForm\(|get_json\([^)]*force=True")
_GUARDS = re.compile(
    r"(?i)csrf|xsrf|same_?site\W{0,6}(=\s*)?['\"](lax|strict)|sec-fetch|x-requested-with|"
    r"\borigin\b|content-type|is_json\b|!= session|compare_digest"
)
_ENTRANCE = r"(?i)^(log|sign)[_-]?(in|up|out)$|register"
_APP = """
import os
from flask import Flask, abort, request, session
from shop.accounts import set_address

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
"""


class CookieAlone(Rule):
    """A handler changes something for whoever the cookie names, takes forms, and nothing tells them from foreign ones.

    Left alone: services that speak of tokens against forgery, of `SameSite` or of the origin anywhere, and handlers
    that take JSON only, which other sites cannot send without being asked.
    """

    id = "cookie-alone"
    weakness = CROSS_SITE_CHANGE
    firing = (
        Sample(
            "a form",
            {
                "app.py": _APP
                + """
@app.post("/address")
def change():
    if "user" not in session:
        abort(401)
    set_address(session["user"], request.form["address"])
    return {}
"""
            },
        ),
    )
    quiet = (
        Sample("a cookie that stays at home", {"app.py": _APP + """
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"

@app.post("/address")
def change():
    if "user" not in session:
        abort(401)
    set_address(session["user"], request.form["address"])
    return {}
"""}),
        Sample("JSON", {"app.py": _APP + """
@app.post("/address")
def change():
    if "user" not in session:
        abort(401)
    set_address(session["user"], request.get_json()["address"])
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Such handlers, where the whole service has no guard."""
        if _GUARDS.search(service_code(context)):
            return
        for handled in handlers(context):
            changes = handled.route.method in ("POST", "PUT", "PATCH", "DELETE") and not handled.named(_ENTRANCE)
            if changes and _BY_COOKIE.search(handled.all) and _FORM.search(handled.all):
                yield handled.suspected("a form of another site is accepted with the cookie of whoever reads that site")
