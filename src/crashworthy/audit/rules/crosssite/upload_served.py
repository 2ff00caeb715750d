"""An upload is served as what it says it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import handlers, service_code
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.crosssite import ACTIVE_UPLOAD

_UPLOADS = re.compile(r"\.files\b|UploadFile|FILES\b|\.content_type\b")
_SENDERS = frozenset({"send_from_directory", "send_file", "FileResponse"})
_BUILDERS = frozenset({"Response", "HttpResponse", "StreamingResponse", "make_response"})
_TYPES = frozenset({"media_type", "mimetype", "content_type"})
_GUARDS = re.compile(r"(?i)nosniff|attachment|content-security-policy|content_disposition_type")
_APP = """
from flask import Flask, Response, request, send_from_directory

app = Flask(__name__)

@app.post("/pictures/<name>")
def take(name):
    request.files["file"].save("uploads/" + name)
    return {}
"""


class UploadServed(Rule):
    """A service takes files, and a handler sends a file, or bytes of a type that is no constant, to be shown.

    A page with script among them runs as a page of the service. Left alone: services that send downloads, forbid
    guesses of the type, or set a policy.
    """

    id = "upload-served"
    weakness = ACTIVE_UPLOAD
    firing = (
        Sample(
            "a folder",
            {
                "app.py": _APP
                + """
@app.get("/pictures/<name>")
def show(name):
    return send_from_directory("uploads", name)
"""
            },
        ),
    )
    quiet = (
        Sample("a download", {"app.py": _APP + """
@app.get("/pictures/<name>")
def show(name):
    return send_from_directory("uploads", name, as_attachment=True)
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Calls that send what was uploaded."""
        code = service_code(context)
        if not _UPLOADS.search(code) or _GUARDS.search(code):
            return
        for handled in handlers(context):
            for node in ast.walk(handled.function.node) if handled.route.method == "GET" else ():
                if isinstance(node, ast.Call) and _shows(node):
                    yield handled.suspected("a file of anybody's is shown as a page of the service", node)


def _shows(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _SENDERS:
        return not any(keyword.arg in _TYPES for keyword in call.keywords)
    given = [keyword.value for keyword in call.keywords if keyword.arg in _TYPES]
    return name in _BUILDERS and any(not isinstance(value, ast.Constant) for value in given)
