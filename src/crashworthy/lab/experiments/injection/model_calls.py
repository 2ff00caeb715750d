"""Calls of chat models, as the stand-in received them, as events of a sink."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from crashworthy.core.history import SensorEvent
from crashworthy.core.value import Json
from crashworthy.lab.experiments.injection.attack import SINK
from crashworthy.lab.testbed import OutboundCall

_MAX_TEXT = 20_000


def model_calls(calls: Sequence[OutboundCall], origin: float, word: str) -> Iterator[SensorEvent]:
    """One event per message that holds `word`, with the role of who says it.

    Understood are the bodies of OpenAI's chat completions and responses (`messages`, `input`, `instructions`) and of
    Anthropic's messages (`messages`, `system`), which most other services copy.
    """
    for call in calls:
        if word.encode() not in call.body.lower():
            continue
        try:
            body = json.loads(call.body)
        except ValueError:
            continue
        # Other services have fields of these names, too: a courier's `instructions` say where to leave the parcel.
        is_model = isinstance(body, dict) and isinstance(body.get("model"), str)
        for role, text in _messages(body) if is_model else ():
            if word in text.lower():
                data: dict[str, Json] = {"sink": "prompt", "text": text[:_MAX_TEXT], "role": role, "host": call.host}
                yield SensorEvent(at=round(call.at - origin, 6), kind=SINK, data=data)


def _messages(body: dict[str, Json]) -> Iterator[tuple[str, str]]:
    for name in ("system", "instructions"):
        if body.get(name):
            yield "system", _text(body[name])
    for name in ("messages", "input"):
        listed = body.get(name)
        for message in listed if isinstance(listed, list) else []:
            if isinstance(message, dict) and isinstance(message.get("role"), str):
                yield str(message["role"]), _text(message.get("content"))


def _text(content: Json) -> str:
    """Text, or the texts of a list of parts."""
    if isinstance(content, list):
        return "\n".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
