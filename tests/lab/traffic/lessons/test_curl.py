"""curl command lines."""

from __future__ import annotations

import base64
import json
import shlex
import string
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.value import Json
from crashworthy.lab.traffic.lessons.curl import parse_curl, read_curl
from crashworthy.lab.traffic.lessons.recorded import Recorded


def one(command: str) -> Recorded:
    (request,) = read_curl(command, "a.sh", strict=True)
    return request


@pytest.mark.parametrize(
    ("command", "method", "content_type", "body"),
    [
        ("curl localhost:8000/a", "GET", None, None),
        ("curl -XDELETE localhost/a", "DELETE", None, None),
        ("curl -sXPUT localhost/a -d 'a=1' -d b=2", "PUT", "application/x-www-form-urlencoded", {"a": "1", "b": "2"}),
        ("curl --json '{\"a\": 1}' http://h/a", "POST", "application/json", {"a": 1}),
        ("curl http://h/a -H 'Content-Type: application/json' --data-raw $'{\"a\": \"it\\'s\"}'", "POST",
         "application/json", {"a": "it's"}),
        ("curl http://h/a --data-urlencode 'q=a b&c'", "POST", "application/x-www-form-urlencoded", {"q": "a b&c"}),
        ("curl http://h/a -F name=x -F n=2", "POST", "multipart/form-data", {"name": "x", "n": "2"}),
        ("curl -I http://h/a", "HEAD", None, None),
        ("curl -s -o /dev/null -w '%{http_code}' http://h/a | jq . && echo done", "GET", None, None),
    ],
)  # fmt: skip
def test_common_options(command: str, method: str, content_type: str | None, body: Json) -> None:
    request = one(command)
    assert (request.method, request.path, request.content_type, request.body) == (method, "/a", content_type, body)


def test_get_puts_the_data_into_the_query() -> None:
    request = one("curl -G http://h/search -d q=tea --data-urlencode 'city=New York'")
    assert (request.method, request.body) == ("GET", None)
    assert request.query == (("q", "tea"), ("city", "New York"))


def test_users_cookies_and_headers() -> None:
    request = one("curl -u ann:pw -b 'sid=1' -H 'X-Region: eu' http://h/")
    assert request.header("authorization") == "Basic " + base64.b64encode(b"ann:pw").decode()
    assert (request.header("Cookie"), request.header("X-Region")) == ("sid=1", "eu")


def test_files_are_stood_in_for() -> None:
    request = one("curl -F 'photo=@me.png;type=image/png' http://h/p")
    assert isinstance(request.body, dict)
    photo = request.body["photo"]
    assert isinstance(photo, dict)
    assert photo["filename"] == "me.png"
    assert base64.b64decode(str(photo["base64"])).startswith(b"\x89PNG")


def test_documentation_with_continued_lines_variables_and_a_token_from_an_answer() -> None:
    text = """# Use it
```bash
BASE=http://localhost:8000
TOKEN=$(curl -s $BASE/login -d user=ann | jq -r .data.token)
$ curl -X POST $BASE/orders \\
    -H "Authorization: Bearer $TOKEN" \\
    -d '{
  "size": "L"
}'
```
and curl is a program.
"""
    login, order = read_curl(text, "README.md")
    assert login.sets == {"TOKEN": "/data/token"}
    assert (order.origin, order.path, order.body) == ("README.md:5", "/orders", {"size": "L"})
    assert order.header("Authorization") == "Bearer {{TOKEN}}"


def test_errors_name_file_and_line() -> None:
    with pytest.raises(CrashworthyError, match=r"^a\.sh:2: .*names no URL"):
        read_curl("echo\ncurl -s", "a.sh", strict=True)
    with pytest.raises(CrashworthyError, match=r"^a\.sh:1: .*quotation"):
        read_curl("curl 'http://h/", "a.sh", strict=True)
    with pytest.raises(CrashworthyError, match=r"^a\.sh:1: .*-d lacks its value"):
        read_curl("curl http://h/ -d", "a.sh", strict=True)
    with pytest.raises(CrashworthyError, match=r"^a\.sh:1: no curl command"):
        read_curl("wget http://h/", "a.sh", strict=True)
    assert read_curl("curl 'http://h/", "README.md") == []


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
    read_curl(text, "a.md")
    read_curl("curl " + text, "a.md")
    assert_names(parse_curl, text, "a:1", place="a:1:")


OPTIONS = st.sampled_from(["-d", "-F", "-H", "-u", "-b", "-G", "--json", "-X", "--data-urlencode", "-T", "-sS", "-k"])


@given(st.lists(OPTIONS | st.text(max_size=12), max_size=8))
def test_no_words_are_an_unhandled_error(words: list[str]) -> None:
    assert_names(parse_curl, shlex.join(words), "a:1", place="a:1:")


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="{}$"), max_size=12)
NAMES = st.text(string.ascii_letters, min_size=1, max_size=8)


@given(
    method=st.sampled_from(["POST", "PUT", "PATCH"]),
    segments=st.lists(TEXTS.filter(bool), min_size=1, max_size=3),
    query=st.lists(st.tuples(NAMES, TEXTS), max_size=3),
    headers=st.dictionaries(NAMES.map(lambda name: f"x-{name.lower()}"), TEXTS.map(str.strip), max_size=3),
    body=st.dictionaries(
        NAMES, TEXTS | st.integers() | st.none() | st.lists(TEXTS, max_size=2), min_size=1, max_size=4
    ),
)
def test_a_command_that_was_written_is_read_back(
    method: str, segments: list[str], query: list[tuple[str, str]], headers: dict[str, str], body: dict[str, Any]
) -> None:
    path = "/" + "/".join(quote(each, safe="") for each in segments)
    url = (
        "http://h" + path + ("?" if query else "") + "&".join(f"{name}={quote(text, safe='')}" for name, text in query)
    )
    words = ["-X", method, url, "-H", "Content-Type: application/json", "-d", json.dumps(body)]
    for name, text in headers.items():
        words += ["-H", f"{name}: {text}"]
    request = parse_curl(shlex.join(words), "a:1")
    assert (request.method, request.path, request.body) == (method, path, body)
    assert request.query == tuple(query)
    assert {name: request.header(name) for name in headers} == headers
