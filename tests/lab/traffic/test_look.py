"""Credentials and tokens that are only known when a request is sent."""

from __future__ import annotations

import base64

from crashworthy.core.scenario import Step
from crashworthy.lab.proof.python_source import call
from crashworthy.lab.traffic.encode import prepare

STEP = Step(
    operation="GET /me",
    method="GET",
    path="/me",
    headers=(("Authorization", "Basic user${unique}1:pä$$word:1"),),
)


def sent(step: Step) -> str:
    return dict(prepare(step, {"unique": "1001"}, "http://127.0.0.1:1").request.headers)["Authorization"]


def test_basic_credentials_are_encoded_when_they_are_known() -> None:
    scheme, _, text = sent(STEP).partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(text).decode() == "user10011:pä$$word:1"


def test_what_is_encoded_already_and_other_schemes_stay() -> None:
    for value in ("Basic dXNlcjpwYXNz", "Bearer a:b", "Digest username=x"):
        assert sent(STEP.model_copy(update={"headers": (("Authorization", value),)})) == value


def test_a_written_test_leaves_the_encoding_to_httpx() -> None:
    plain = STEP.model_copy(update={"headers": (("Authorization", "Basic root:toor"), ("X-A", "b"))})
    source = call(plain, "client")
    assert "auth=('root', 'toor')" in source.replace('"', "'")
    assert "Authorization" not in source
    assert "X-A" in source
