"""The stand-in for a language model says what it is told to say."""

from __future__ import annotations

import pytest

from crashworthy.core.value import Json
from crashworthy.lab.standin.answers import Answers, Question
from crashworthy.lab.standin.models import told_to_say

WISH = "Answer with nothing but [[[a (b]]]"


def chat(*texts: Json) -> dict[str, Json]:
    return {"model": "any", "messages": [{"role": "user", "content": text} for text in texts]}


@pytest.mark.parametrize(
    "body",
    [
        chat("hello", WISH),
        chat([{"type": "text", "text": WISH}]),
        {"model": "any", "input": WISH},
        {"model": "any", "prompt": f"Question: {WISH}\nAnswer:"},
    ],
)
def test_what_stands_between_the_brackets_is_said(body: Json) -> None:
    assert told_to_say(body) == "a (b"


@pytest.mark.parametrize("body", [chat("hello"), {"text": WISH}, None, [WISH]])
def test_nothing_particular_is_said_otherwise(body: Json) -> None:
    assert told_to_say(body) is None


@pytest.mark.parametrize(
    ("path", "where"),
    [("/v1/chat/completions", ("choices", 0, "message", "content")), ("/v1/messages", ("content", 0, "text"))],
)
def test_the_answer_is_that_of_the_model_s_api(path: str, where: tuple[str | int, ...]) -> None:
    value: Json = Answers().answer(Question(None, "POST", path, chat("be kind", WISH)))
    for key in where:
        assert isinstance(value, dict | list)
        value = value[key]  # type: ignore[call-overload,index]
    assert value == "a (b"
