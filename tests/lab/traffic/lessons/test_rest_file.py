"""`.http` and `.rest` files."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.traffic.lessons.rest_file import read_rest

VS_CODE = """@host = http://localhost:8000
@api = {{host}}/api
# a comment

# @name login
POST {{api}}/login HTTP/1.1
Content-Type: application/json

{"user": "ann", "password": "pw"}

###
// another one
POST {{api}}/orders
    ?dry=true
    &size=L
Authorization: Bearer {{login.response.body.$.token}}
X-Region: eu

{"product": {{product}}, "count": 2}
"""

INTELLIJ = """### Log in
POST {{host}}/login
Content-Type: application/x-www-form-urlencoded

user=ann&
password=pw

> {%
  client.test("ok", function() { client.assert(response.status === 200) });
  client.global.set("auth_token", response.body.data.token);
%}

### Me
GET {{host}}/me
Authorization: Basic ann pw

<> 2024-01-01.200.json
"""


def test_variables_named_requests_and_query_lines() -> None:
    login, order = read_rest(VS_CODE, "api.http")
    assert (login.method, login.path, login.body) == ("POST", "/api/login", {"user": "ann", "password": "pw"})
    assert login.sets == {"login.response.body.$.token": "/token"}
    assert (order.path, order.query) == ("/api/orders", (("dry", "true"), ("size", "L")))
    assert order.body == {"product": "{{product}}", "count": 2}
    assert (order.header("X-Region"), order.origin) == ("eu", "api.http:13")
    assert order.header("Authorization") == "Bearer {{login.response.body.$.token}}"


def test_response_handlers_and_environments(tmp_path: Path) -> None:
    (tmp_path / "http-client.env.json").write_text('{"dev": {"host": "http://localhost:9"}, "prod": {"host": "x"}}')
    login, me = read_rest(INTELLIJ, "api.http", tmp_path)
    assert (login.path, login.body) == ("/login", {"user": "ann", "password": "pw"})
    assert login.sets == {"auth_token": "/data/token"}
    assert me.path == "/me"
    assert me.header("Authorization") == "Basic YW5uOnB3"
    assert me.body is None


def test_bodies_are_included_from_the_folder_alone(tmp_path: Path) -> None:
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "order.json").write_text('{"size": "L"}')
    (tmp_path / "secret.json").write_text('{"size": "secret"}')
    text = "POST /a\nContent-Type: application/json\n\n< ./order.json\n###\nPOST /a\n\n< ../secret.json\n"
    inside, outside = read_rest(text, "a.http", folder)
    assert inside.body == {"size": "L"}
    assert outside.body == "{{file}}"


def test_a_url_alone_is_a_get_and_curl_is_understood() -> None:
    plain, command = read_rest("http://localhost/a\n\n###\ncurl -X PUT http://h/b \\\n  -d a=1\n", "a.rest")
    assert (plain.method, plain.path) == ("GET", "/a")
    assert (command.method, command.path, command.body) == ("PUT", "/b", {"a": "1"})


def test_errors_name_file_and_line() -> None:
    with pytest.raises(CrashworthyError, match=r"^a\.http:3: no request line: 'hello there'"):
        read_rest("### x\n\nhello there\n", "a.http")
    with pytest.raises(CrashworthyError, match=r"^a\.http:2: no header"):
        read_rest("GET /a\nnot a header\n", "a.http")


def assert_names(read: Callable[[str, str], Any], text: str, name: str, *, place: str) -> None:
    """Either it can be read, or the error says where it cannot."""
    problem = place
    try:
        read(text, name)
    except CrashworthyError as error:
        problem = error.message
    assert problem.startswith(place)


@given(st.text())
def test_no_text_is_an_unhandled_error(text: str) -> None:
    for whole in (text, f"POST /a\n{text}", f"POST /a\n\n{text}\n###\n{text}", f"@a = {{{{a}}}}{text}\nGET /{{{{a}}}}"):
        assert_names(read_rest, whole, "a.http", place="a.http:")


NAMES = st.text(string.ascii_letters, min_size=1, max_size=8)
PLAIN = st.text(string.ascii_letters + string.digits + " -_.äß", max_size=12).map(str.strip)
REQUEST = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["POST", "PUT", "PATCH"]),
        "path": st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts)),
        "headers": st.dictionaries(NAMES.map(lambda name: f"x-{name.lower()}"), PLAIN.filter(bool), max_size=3),
        "body": st.dictionaries(NAMES, PLAIN | st.integers() | st.booleans(), min_size=1, max_size=4),
    }
)


@given(st.lists(REQUEST, min_size=1, max_size=4))
def test_files_that_were_written_are_read_back(requests: list[dict[str, Any]]) -> None:
    text = "\n###\n".join(
        "\n".join(
            (
                f"{each['method']} http://localhost:8000{each['path']}",
                "Content-Type: application/json",
                *(f"{name}: {value}" for name, value in each["headers"].items()),
                "",
                json.dumps(each["body"], indent=2, ensure_ascii=False),
            )
        )
        for each in requests
    )
    found = read_rest(text, "a.http")
    assert [(each.method, each.path, each.body) for each in found] == [
        (each["method"], each["path"], each["body"]) for each in requests
    ]
    for each, request in zip(requests, found, strict=True):
        assert {name: request.header(name) for name in each["headers"]} == each["headers"]
