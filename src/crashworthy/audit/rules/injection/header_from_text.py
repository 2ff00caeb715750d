"""A header of the answer is put together with text of the request."""

from __future__ import annotations

from crashworthy.audit.reaches import Reaches, holds_text
from crashworthy.audit.rule import Context, Sample
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Mapping, Several, Value
from crashworthy.weaknesses.injection_formats import HEADER_INJECTION

_APP = """
from urllib.parse import quote
from http.server import BaseHTTPRequestHandler
from fastapi import FastAPI, Response

app = FastAPI()
"""


class HeaderFromText(Reaches):
    """A header's value with text of the request, in frameworks that leave line breaks to their servers.

    A line break begins a header of its own where the server does not refuse it. Left alone: encoded values, frameworks
    that refuse line breaks themselves (Flask, Django).
    """

    id = "header-from-text"
    weakness = HEADER_INJECTION
    sinks = dict.fromkeys(
        (
            "fastapi.Response",
            "fastapi.responses.Response",
            "fastapi.responses.StreamingResponse",
            "fastapi.responses.PlainTextResponse",
            "starlette.responses.Response",
            "starlette.responses.StreamingResponse",
            "starlette.responses.PlainTextResponse",
        ),
        ("headers",),
    ) | {".send_header": (1,)}
    firing = (
        Sample("a file's name", {"app.py": _APP + """
@app.get("/download")
def download(name: str):
    return Response("content", headers={"Content-Disposition": f"attachment; filename={name}"})
"""}),
    )  # fmt: skip
    quiet = (
        Sample("an encoded name", {"app.py": _APP + """
@app.get("/download")
def download(name: str):
    return Response("content", headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Says where it goes."""
        return "text of the request becomes part of a header of the answer"

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Text, also as one of several headers."""
        match value:
            case Mapping(entries=entries):
                return any(holds_text(entry) for entry in entries.values())
            case Several(elements=elements):
                return any(holds_text(element) for element in elements)
            case _:
                return holds_text(value)
