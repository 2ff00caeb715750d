"""HTTP archives."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.traffic.lessons.har import read_har


def archive(*entries: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "creator": {}, "entries": list(entries)}}, indent=1)


def entry(method: str, url: str, **request: Any) -> dict[str, Any]:
    return {"request": {"method": method, "url": url, **request}, "response": {"status": 200, "content": {}}}


def test_json_form_query_headers_and_answers_are_read() -> None:
    first = entry(
        "POST",
        "https://shop.example/api/carts?dry=1",
        headers=[{"name": ":authority", "value": "x"}, {"name": "X-Region", "value": "eu"}],
        postData={"mimeType": "application/json; charset=utf-8", "text": '{"coupon": "SPRING"}'},
    )
    first["response"] = {
        "status": 201,
        "headers": [{"name": "Location", "value": "/carts/7"}],
        "content": {"encoding": "base64", "text": base64.b64encode(b'{"id": 7}').decode()},
    }
    second = entry("POST", "/x", postData={"mimeType": "application/x-www-form-urlencoded", "params": [
        {"name": "a", "value": "1"}, {"name": "a", "value": "2"}, {"name": "b", "value": "3"}]})  # fmt: skip
    one, two = read_har(archive(first, second), "shop.har")
    assert (one.method, one.path, one.query) == ("POST", "/api/carts", (("dry", "1"),))
    assert one.headers == (("X-Region", "eu"),)
    assert (one.content_type, one.body) == ("application/json", {"coupon": "SPRING"})
    assert one.answer is not None
    assert (one.answer.status, one.answer.body) == (201, '{"id": 7}')
    assert two.body == {"a": ["1", "2"], "b": "3"}


def test_an_uploaded_file_is_a_file() -> None:
    params = [{"name": "photo", "fileName": "p.png", "contentType": "image/png", "value": "abc"}]
    (request,) = read_har(
        archive(entry("POST", "/p", postData={"mimeType": "multipart/form-data", "params": params})), "a"
    )
    assert isinstance(request.body, dict)
    photo = request.body["photo"]
    assert isinstance(photo, dict)
    assert (photo["filename"], photo["content_type"]) == ("p.png", "image/png")


def test_multipart_text_is_taken_apart() -> None:
    text = '--b\r\nContent-Disposition: form-data; name="t"\r\n\r\nv\r\n--b--\r\n'
    (request,) = read_har(
        archive(entry("POST", "/p", postData={"mimeType": "multipart/form-data; boundary=b", "text": text})), "a"
    )
    assert request.body == {"t": "v"}


def test_errors_name_file_and_line() -> None:
    with pytest.raises(CrashworthyError, match=r"^bad\.har:2: invalid JSON"):
        read_har('{"log":\n oops}', "bad.har")
    with pytest.raises(CrashworthyError, match=r"^bad\.har:1: no HTTP archive"):
        read_har("[]", "bad.har")
    broken = archive(entry("GET", "/a"), {"response": {}})
    line = next(n for n, text in enumerate(broken.splitlines(), 1) if n > 8 and text == "   {")
    with pytest.raises(CrashworthyError, match=r"entry 2 has no request") as caught:
        read_har(broken, "bad.har")
    assert caught.value.message.startswith(f"bad.har:{line}:")


def test_an_answer_that_never_came_is_none() -> None:
    (request,) = read_har(archive({**entry("GET", "/a"), "response": {"status": 0}}), "a.har")
    assert request.answer is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["headers", "postData", "queryString", "cookies", "x"])


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
    assert_names(read_har, text, "a.har", place="a.har:")


@given(st.dictionaries(NAMES, VALUES), VALUES, st.text(max_size=30), st.text(max_size=8))
def test_no_entry_is_an_unhandled_error(more: dict[str, Any], response: Any, url: str, method: str) -> None:
    request = {"method": method, "url": url, **more}
    (read,) = read_har(archive({"request": request, "response": response}), "a.har")
    assert read.path.startswith("/")


@given(VALUES, st.sampled_from(["text", "params"]), st.text(max_size=30))
def test_no_posted_data_is_an_unhandled_error(data: Any, key: str, kind: str) -> None:
    for mime in (kind, "multipart/form-data; boundary=b", "application/json", "application/x-www-form-urlencoded"):
        read_har(archive(entry("POST", "/", postData={"mimeType": mime, key: data})), "a.har")


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12) | st.integers(), min_size=1, max_size=5))
def test_json_bodies_come_back(body: dict[str, Any]) -> None:
    text = json.dumps(body)
    (read,) = read_har(archive(entry("POST", "/", postData={"mimeType": "application/json", "text": text})), "a.har")
    assert read.body == body
