"""What a language model would say that does as it is told: the text between `[[[` and `]]]` of the last message."""

from __future__ import annotations

import re

from crashworthy.core.value import Json

_FRAMED = re.compile(r"\[\[\[(.+?)\]\]\]", re.DOTALL)


def framed(text: str) -> str | None:
    """What stands between the brackets; None where there are none."""
    found = _FRAMED.search(text)
    return found[1] if found else None


def told_to_say(body: Json) -> str | None:
    """What the body of a call asks a model to say; None where it asks for nothing particular, or calls no model."""
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        return None
    texts = [text for name in ("messages", "input", "prompt", "contents") for text in _texts(body.get(name))]
    said = [words for text in texts if (words := framed(text)) is not None]
    return said[-1] if said else None


def _texts(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in below for text in _texts(part)]
