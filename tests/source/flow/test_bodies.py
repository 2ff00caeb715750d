from collections.abc import Callable

import pytest

from crashworthy.core.operation import Body, Operation
from crashworthy.source.tree import SourceTree

Parse = Callable[..., SourceTree]

FLASK = """
import json
from decimal import Decimal, InvalidOperation
from flask import Flask, abort, g, jsonify, request
app = Flask(__name__)
KINDS = {"small": 1, "large": 2}

def error(message, status=400):
    return jsonify(error=message), status

def json_body():
    data = request.get_json()
    if not isinstance(data, dict):
        abort(400)
    return data

def number(data, name, low, high):
    value = data.get(name)
    if not isinstance(value, int) or not low <= value <= high:
        abort(400)
    return value

@app.post("/things/<int:thing>")
def handler(thing):
"""


def operation(parse: Parse, body: str, head: str = FLASK) -> Operation:
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return parse(app=head + lines).operations[0]


def schema(parse: Parse, body: str, head: str = FLASK) -> object:
    found = operation(parse, body, head).body
    assert found is not None
    assert found.content_type == "application/json"
    return found.data_schema


@pytest.mark.parametrize(
    ("body", "name", "expected", "required"),
    [
        ('x = request.json["name"].strip()', "name", {"type": "string"}, True),
        ('x = int(request.get_json()["n"])', "n", {"type": "integer"}, True),
        ('x = float(json_body().get("rate", 1.5))', "rate", {"type": "number", "default": 1.5}, False),
        ('x = Decimal(str(json_body()["price"]))', "price", {"type": "number"}, True),
        (
            'x = json_body().get("kind")\nif x not in ("a", "b"):\n    abort(400)',
            "kind",
            {"enum": ["a", "b"]},
            True,
        ),
        (
            'x = json_body().get("size")\nif x not in KINDS:\n    return error("no")',
            "size",
            {"enum": ["small", "large"]},
            True,
        ),
        (
            'x = json_body().get("who")\nif not isinstance(x, str) or "@" not in x or len(x) > 9:\n    abort(400)',
            "who",
            {"type": "string", "format": "email", "maxLength": 9},
            True,
        ),
        (
            'x = json_body().get("password", "")\nif len(x) < 8:\n    return error("short")',
            "password",
            {"type": "string", "minLength": 8},
            True,
        ),
        ('x = number(json_body(), "age", 1, 120)', "age", {"type": "integer", "minimum": 1, "maximum": 120}, True),
        (
            'x = json_body().get("amount", 0)\nif x <= 0:\n    abort(400)',
            "amount",
            {"type": "integer", "exclusiveMinimum": 0},
            True,
        ),
        (
            'x = json_body().get("count", 1)\nif x < 1:\n    abort(400)',
            "count",
            {"type": "integer", "minimum": 1, "default": 1},
            False,
        ),
        (
            'for key in ("a", "b"):\n    if not json_body().get(key):\n        abort(400)',
            "b",
            {"type": "string", "minLength": 1},
            True,
        ),
        (
            'data = json_body()\nmissing = [k for k in ("a",) if k not in data]\nif missing:\n    abort(400)',
            "a",
            {"type": "string"},
            True,
        ),
        ('x = json_body().get("title") or abort(400)', "title", {"type": "string", "minLength": 1}, True),
        ('if type(json_body().get("flag")) is not bool:\n    abort(400)', "flag", {"type": "boolean"}, True),
        (
            'for item in json_body()["items"]:\n    x = int(item["id"])',
            "items",
            {
                "type": "array",
                "items": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
            },
            True,
        ),
    ],
)
def test_fields_of_a_json_body(parse: Parse, body: str, name: str, expected: object, required: bool) -> None:
    found = schema(parse, body)
    assert isinstance(found, dict)
    assert found["properties"][name] == expected
    assert (name in found.get("required", [])) == required


def test_a_body_parsed_by_hand(parse: Parse) -> None:
    found = schema(parse, 'data = json.loads(request.data)\nx = int(data["n"])')
    assert found == {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def test_a_form(parse: Parse) -> None:
    found = operation(parse, 'x = request.form["name"]\ny = request.form.get("age", type=int)').body
    assert found == Body(
        content_type="application/x-www-form-urlencoded",
        data_schema={
            "type": "object",
            "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
            "required": ["name"],
        },
    )


def test_query_headers_and_cookies(parse: Parse) -> None:
    text = """
request.args.get("page", 1, type=int)
request.headers["X-Key"]
request.headers["Authorization"]
request.cookies.get("c")
"""
    found = {(one.name, str(one.where)): one for one in operation(parse, text).parameters}
    assert set(found) == {("thing", "path"), ("page", "query"), ("X-Key", "header"), ("c", "cookie")}
    assert found["page", "query"].data_schema == {"type": "integer", "default": 1}
    assert found["X-Key", "header"].required


def test_what_a_decorator_puts_on_the_request(parse: Parse) -> None:
    head = """
import json
from functools import wraps
from django.http import JsonResponse
from django.urls import path

def json_body(*methods):
    def decorator(view):
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if request.method not in methods:
                return JsonResponse({}, status=405)
            request.payload = json.loads(request.body or "{}")
            return view(request, *args, **kwargs)
        return wrapper
    return decorator

@json_body("POST")
def handler(request):
    x = int(request.payload["n"])

urlpatterns = [path("x", handler)]
"""
    found = parse(app=head).operations[0]
    assert found.name == "POST /x"
    assert found.body is not None
    assert found.body.data_schema["properties"] == {"n": {"type": "integer"}}


def test_types_of_columns(parse: Parse) -> None:
    text = FLASK.replace("KINDS", 'SCHEMA = "CREATE TABLE t (ranking INTEGER, title TEXT)"\nKINDS') + (
        "    data = json_body()\n"
        '    db().execute("INSERT INTO t (ranking, title) VALUES (?, ?)", (data["ranking"], data["title"]))\n'
    )
    found = parse(app=text).operations[0].body
    assert found is not None
    assert found.data_schema["properties"] == {"ranking": {"type": "integer"}, "title": {"type": "string"}}


def test_other_methods_of_a_view_have_bodies_of_their_own(parse: Parse) -> None:
    text = """
import json
from django.urls import path

def view(request):
    if request.method == "POST":
        return create(request)
    return request.GET.get("page")

def create(request):
    return json.loads(request.body)["name"]

urlpatterns = [path("x", view)]
"""
    get, post = parse(app=text).operations
    assert (get.body, [one.name for one in get.parameters]) == (None, ["page"])
    assert post.parameters == ()
    assert post.body is not None
    assert list(post.body.data_schema["properties"]) == ["name"]
