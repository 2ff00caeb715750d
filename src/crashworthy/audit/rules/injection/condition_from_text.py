"""A filter for a directory is put together with text of the request."""

from __future__ import annotations

import ast
import re

from crashworthy.audit.reaches import Reaches, is_text
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Value
from crashworthy.weaknesses.injection import DIRECTORY_INJECTION

_APP = """
from flask import Flask, abort, request
from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars

app = Flask(__name__)
connection = Connection(Server("ldap.example.com"))
"""
_CLIENTS = re.compile(r"\bldap3?\b")


class ConditionFromText(Reaches):
    """A filter of LDAP that is made with an f-string, `+`, `%` or `format` out of the request.

    A parenthesis ends the condition that the text was meant for, and begins another. Left alone: escaped values.
    """

    id = "condition-from-text"
    weakness = DIRECTORY_INJECTION
    sinks = {
        ".search": (1, "search_filter"),
        ".search_s": (2, "filterstr"),
        ".search_ext_s": (2, "filterstr"),
        ".paged_search": (1, "search_filter"),
    }
    firing = (
        Sample("an f-string", {"app.py": _APP + """
@app.get("/people")
def people():
    connection.search("dc=example,dc=com", f"(cn={request.args['name']})")
    return {"found": len(connection.entries)}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("escaped", {"app.py": _APP + """
@app.get("/people")
def people():
    connection.search("dc=example,dc=com", f"(cn={escape_filter_chars(request.args['name'])})")
    return {"found": len(connection.entries)}
"""}),
        Sample("a search for a pattern", {"app.py": _APP + """
import re

@app.get("/people")
def people():
    return {"found": re.search("a+", request.args["name"]) is not None}
"""}),
    )  # fmt: skip

    def message(self, _event: Passed) -> str:
        """The same for all."""
        return "text of the request becomes part of the filter of a search in a directory"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Text in the filter, where a client of LDAP is in use and nothing is escaped in that function."""
        if event.callee.startswith("re.") or not _CLIENTS.search(" ".join(f.text for f in context.tree.files)):
            return False
        return is_text(value) and "escape" not in ast.unparse(event.scope.node)
