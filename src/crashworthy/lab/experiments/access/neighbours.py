"""Which secret a service gave somebody else just before, or gives next, when it counts. Pure.

Whoever holds one secret knows how it is made: a number at its end that is counted up, or the number of a row, written
in Base64 or as a digest. Nothing is tried that takes luck.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator

from crashworthy.core.value import Json
from crashworthy.lab.traffic.template import as_text

MOST = 3
"""How many steps are counted back: other things may be numbered in between."""

_AT_ITS_END = re.compile(r"(?s)(.*?)(\d{1,12})")
_TRIABLE = 6


def _base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


_FORMS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("Base64 of a number", _base64),
    ("Base64 of a number", lambda text: _base64(text).rstrip("=")),
    ("the MD5 digest of a number", _digest("md5")),
    ("the SHA-1 digest of a number", _digest("sha1")),
    ("the SHA-256 digest of a number", _digest("sha256")),
)


def neighbours(secret: Json, numbers: Iterable[int], step: int) -> Iterator[tuple[str, str]]:
    """Secrets beside this one, and what it is made of in words, the nearest first.

    `numbers` are those that came along with it; `step` is -1 for what was made before and 1 for what is made next.
    """
    text = as_text(secret)
    for number in dict.fromkeys(numbers):
        for told, form in _FORMS:
            if text == form(str(number)):
                beside = [number + step * far for far in range(1, MOST + 1)]
                yield from ((form(str(each)), told) for each in beside if each >= 0)
                return
    match = _AT_ITS_END.fullmatch(text)
    if match is None:
        return
    # What is random may end in digits too: then the guess opens nothing.
    start, digits = match[1], match[2]
    for far in range(1, MOST + 1):
        other = int(digits) + step * far
        if other >= 0:
            yield f"{start}{other:0{len(digits)}d}", "a number that is counted up"


def derived(secret: Json, own: str, other: str) -> str | None:
    """The secret for `other` where this one is made of `own`, such as an address, in one of the usual forms."""
    text = as_text(secret)
    return next((form(other) for _, form in _FORMS if own and text == form(own)), None)


def tries(secret: Json) -> int | None:
    """How many secrets of its form there are, where that is few enough to try them all; None elsewhere."""
    text = as_text(secret)
    return int(10 ** len(text)) if text.isdigit() and len(text) <= _TRIABLE else None


def numbers_in(value: Json) -> Iterator[int]:
    """All whole numbers of an answer, also those that are written as text."""
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(below)
    elif isinstance(value, str):
        if value.isdecimal() and len(value) <= _TRIABLE:
            yield int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
