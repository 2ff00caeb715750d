"""A password is changed, and no token is ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crashworthy.audit.handled import handlers, service_code
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.credentials import TOKEN_AFTER_PASSWORD_CHANGE

_TOKENS = re.compile(r"(?i)token|session|jwt")
_WRITES = re.compile(r"(?i)update|= .*password|password\w*['\"\]]*\s*=[^=]|set_password|save|commit")
_ENDS = re.compile(
    r"(?i)delete from \w*(token|session)|(token|session)\w*\.(pop|clear|discard|remove|delete)|del \w*(token|session)|"
    r"version|epoch|generation|valid_(from|since|after)|changed_at|issued|revoke|invalidate|logout|log_out|sign_out|"
    r"update_session_auth_hash|cycle_key|end_\w+|\b(tokens|sessions)\b.*\bfor\b"
)
_APP = """
from flask import Flask, abort, request
from werkzeug.security import generate_password_hash

app = Flask(__name__)
tokens = {}
hashes = {}

def user():
    return tokens.get(request.headers.get("X-Token")) or abort(401)
"""


class TokensOutlivePassword(Rule):
    """The handler that changes a password writes it, and ends no token or session.

    Left alone: services without tokens, and whatever counts versions or writes down when the change was.
    """

    id = "tokens-outlive-password"
    weakness = TOKEN_AFTER_PASSWORD_CHANGE
    firing = (
        Sample(
            "a hash is replaced",
            {
                "app.py": _APP
                + """
@app.put("/password")
def change():
    name = user()
    hashes[name] = generate_password_hash(request.form["new_password"])
    hashes.update()
    return {}
"""
            },
        ),
    )
    quiet = (
        Sample("all tokens end", {"app.py": _APP + """
@app.put("/password")
def change():
    name = user()
    hashes[name] = generate_password_hash(request.form["new_password"])
    for token in [token for token, owner in tokens.items() if owner == name]:
        tokens.pop(token)
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Changes of a password after which all is as before."""
        if not _TOKENS.search(service_code(context)):
            return
        for handled in handlers(context):
            changes = handled.route.method in ("PUT", "PATCH", "POST") and handled.named(r"password")
            other = handled.named(r"reset|forgot|recover|login|register|signup|check|verify|strength")
            if changes and not other and _WRITES.search(handled.all) and not _ENDS.search(handled.all):
                yield handled.suspected("the password is changed, and who is logged in stays so")
