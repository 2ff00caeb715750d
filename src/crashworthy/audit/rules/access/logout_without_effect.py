"""A logout does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crashworthy.audit.handled import Handled, handlers
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.credentials import TOKEN_AFTER_LOGOUT

_ENDS = re.compile(
    r"(?i)\bdel |delete|\.pop\(|remove|discard|clear\(|flush|revoke|blacklist|denylist|blocklist|invalidate|expire|"
    r"logout_user|logout\(|\.add\(|\.append\(|insert|update|\+= 1|commit|unset|forget|destroy|\.set\("
)
_APP = """
from flask import Flask, abort, request

app = Flask(__name__)
tokens = {}

def user():
    return tokens.get(request.headers.get("X-Token")) or abort(401)
"""


class LogoutWithoutEffect(Rule):
    """The handler of a logout deletes nothing, keeps nothing and calls nothing that does.

    Left alone: anything that writes, wherever it does: what it ends, only a running service shows.
    """

    id = "logout-without-effect"
    weakness = TOKEN_AFTER_LOGOUT
    firing = (
        Sample(
            "a goodbye",
            {
                "app.py": _APP
                + """
@app.post("/logout")
def logout():
    return {"goodbye": user()}
"""
            },
        ),
    )
    quiet = (
        Sample("a token is dropped", {"app.py": _APP + """
@app.post("/logout")
def logout():
    tokens.pop(request.headers["X-Token"], None)
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Logouts that write nothing."""
        for handled in handlers(context):
            if handled.named(r"^(log|sign)[_-]?(out|off)$") and not _ENDS.search(_effects(handled)):
                yield handled.suspected("the logout ends nothing: the token opens the account as before")


def _effects(handled: Handled) -> str:
    """The code, but for what happens in the browser, or before the logout itself: finding out who it is."""
    code = handled.all.replace("delete_cookie", "").replace("removeprefix", "")
    return code.replace("removesuffix", "")
