"""What handlers read from the requests of frameworks whose routes only the running service tells."""

from __future__ import annotations

import ast
import textwrap

import pytest

from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.value import Json
from crashworthy.source.calls import CallGraph
from crashworthy.source.files import ReadFile
from crashworthy.source.flow.runs import Runs
from crashworthy.source.index import Index
from crashworthy.source.operations import OperationMaker
from crashworthy.source.routes.route import Route

FALCON = """
    class Meters:
        def on_post(self, req, resp):
            unit = req.get_param("unit", required=True)
            data = req.media
            if data["reading"] > 9:
                raise ValueError
"""
SANIC = """
    async def add(request):
        return request.json["title"], request.args.get("page")
"""
BOTTLE = """
    from bottle import request
    def add():
        return request.forms["title"], request.query.get("page")
"""
PYRAMID = """
    class Record:
        def __init__(self, request):
            self.request = request
        def create(self):
            return self.request.json_body["title"]
"""
TORNADO = """
    import tornado.escape, tornado.web
    class Pastes(tornado.web.RequestHandler):
        def post(self):
            if self.too_many():
                raise tornado.web.HTTPError(429)
            return tornado.escape.json_decode(self.request.body)["title"], self.get_query_argument("page", None)
        def too_many(self):
            if len(self.application.callers) > 9:
                return True
            return False
"""
TORNADO_FORM = """
    import tornado.web
    class Pastes(tornado.web.RequestHandler):
        def post(self):
            return self.get_body_argument("title"), self.get_body_argument("note", "")
"""
TABLE = """
    import json, re
    from http.server import BaseHTTPRequestHandler
    PLATE = re.compile(r"^[A-Z]{2}$")
    class Handler(BaseHTTPRequestHandler):
        def body(self):
            return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
    def add(handler, state):
        data = handler.body()
        if not PLATE.match(data["plate"]):
            raise ValueError
"""


def operation_of(source: str, function: str, framework: str) -> Operation:
    text = textwrap.dedent(source)
    index = Index.build([ReadFile("app.py", text, ast.parse(text))])
    handler = index.functions[f"app.py:{function}"]
    maker = OperationMaker(index, CallGraph(index), Runs(index, ()))
    return maker.make([Route("POST", "/things", handler, framework, handler.location())])[0]


@pytest.mark.parametrize(
    ("source", "function", "framework", "body", "query"),
    [
        (FALCON, "Meters.on_post", "falcon", {"reading": True}, {"unit": True}),
        (SANIC, "add", "sanic", {"title": True}, {"page": False}),
        (BOTTLE, "add", "bottle", {"title": True}, {"page": False}),
        (PYRAMID, "Record.create", "pyramid", {"title": True}, {}),
        (TORNADO, "Pastes.post", "tornado", {"title": True}, {"page": False}),
        (TORNADO_FORM, "Pastes.post", "tornado", {"title": True, "note": False}, {}),
        (TABLE, "add", "http.server", {"plate": True}, {}),
    ],
)
def test_inputs_are_found(
    source: str, function: str, framework: str, body: dict[str, bool], query: dict[str, bool]
) -> None:
    operation = operation_of(source, function, framework)
    assert operation.body is not None
    assert _fields(operation.body.data_schema) == body
    asked = [each for each in operation.parameters if each.where is ParameterIn.QUERY]
    assert {each.name: each.required for each in asked} == query
    is_form = source in (BOTTLE, TORNADO_FORM)
    assert operation.body.content_type == ("application/x-www-form-urlencoded" if is_form else "application/json")


def test_a_compiled_pattern_bounds_what_it_is_matched_with() -> None:
    body = operation_of(TABLE, "add", "http.server").body
    assert body is not None
    assert body.data_schema["properties"] == {"plate": {"type": "string", "pattern": "^[A-Z]{2}$"}}


def test_a_text_read_as_a_date_is_one() -> None:
    source = """
        from datetime import datetime
        async def add(request):
            return datetime.strptime(request.json["until"], "%Y-%m-%d")
    """
    body = operation_of(source, "add", "sanic").body
    assert body is not None
    assert body.data_schema["properties"] == {"until": {"type": "string", "format": "date"}}


def _fields(schema: dict[str, Json]) -> dict[str, bool]:
    properties, required = schema["properties"], schema.get("required", [])
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    return {name: name in required for name in properties}
