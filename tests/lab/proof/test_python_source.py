from __future__ import annotations

import base64
import re
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.scenario import Save, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.proof.python_source import NotWritableError, call, raw, saving, text, value
from crashworthy.lab.traffic.template import fill
from crashworthy.lab.traffic.told import TOLD

SAVED = SimpleNamespace(item=7, name="a b")
VALUES: dict[str, Json] = {"item": 7, "name": "a b"}


def run(source: str, **more: Any) -> Any:
    return eval(source, {"saved": SAVED, "UNIQUE": "1", **more})


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=80)
        | st.sampled_from(["${item}", "x-${item}-'\"{}", "$${item}", "${name}!"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    )
)
def test_a_value_means_what_the_template_means(template: Json) -> None:
    assert run(value(template)) == fill(template, VALUES)


@given(
    st.binary(max_size=200)
    | st.builds(lambda one, times: one * times, st.binary(min_size=1, max_size=1), st.integers(1, 500))
)
def test_bytes_are_kept(content: bytes) -> None:
    assert run(raw(content)) == content


def test_long_runs_are_short_in_the_source() -> None:
    assert raw(b"[" * 50_000 + b"]" * 50_000) == "b'[' * 50000 + b']' * 50000"
    assert text("a" * 20_000) == "'a' * 20000"


def sent(step: Step) -> httpx.Request:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://service") as client:
        run(call(step, "client"), client=client)
    return requests[0]


def test_a_request_is_sent_as_the_step_says() -> None:
    step = Step(
        operation="POST /items/{item}",
        method="POST",
        path="/items/${item}",
        query=(("q", "${name}"),),
        headers=(("X-Key", "k${item}"),),
        content_type="application/json",
        body={"n": "${item}"},
    )
    request = sent(step)
    assert str(request.url) == "http://service/items/7?q=a+b"
    assert request.headers["x-key"] == "k7"
    assert request.content == b'{"n":7}'


def test_forms_raw_bodies_and_deletes_with_a_body() -> None:
    base = Step(operation="POST /f", method="POST", path="/f")
    form = base.model_copy(update={"content_type": "application/x-www-form-urlencoded", "body": {"a": "1"}})
    assert sent(form).content == b"a=1"
    bytes_ = base.model_copy(update={"raw_body": base64.b64encode(b"{").decode(), "content_type": "application/json"})
    assert sent(bytes_).content == b"{"
    delete = base.model_copy(update={"method": "DELETE", "body": {"a": 1}})
    assert (sent(delete).method, sent(delete).content) == ("DELETE", b'{"a":1}')


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(NotWritableError):
        call(
            Step(operation="POST /f", method="POST", path="/f", content_type="multipart/form-data", body={"a": 1}), "c"
        )


def test_saved_values_are_read_from_where_they_were() -> None:
    answer = httpx.Response(200, json={"items": [{"id": 5}]}, headers={"Location": "/items/5"})
    assert run(saving(Save(name="id", path="/items/0/id"), "answer"), answer=answer) == 5
    assert run(saving(Save(name="at", where=ValueFrom.HEADER, path="Location"), "answer"), answer=answer) == "/items/5"


def test_what_the_service_printed_or_mailed_is_asked_for() -> None:
    asked: list[str] = []

    def answered(question: str) -> str:
        asked.append(question)
        return "your code is 4711, do not tell"

    save = Save(name="code", where=ValueFrom.HEADER, path=TOLD, pattern=r"code is (\d{4})")
    assert run(saving(save, "answer"), input=answered, re=re) == "4711"
    assert "printed or mailed" in asked[0]


def test_names_and_passwords_are_shown_as_the_scheme_asks() -> None:
    plain = Step(operation="GET /f", method="GET", path="/f", headers=(("Authorization", "Basic ann:a b"),))
    assert sent(plain).headers["authorization"] == "Basic " + base64.b64encode(b"ann:a b").decode()
    digest = plain.model_copy(update={"headers": (("Authorization", "Digest ann:a b"),)})
    assert "auth=httpx.DigestAuth('ann', 'a b')" in call(digest, "client")
