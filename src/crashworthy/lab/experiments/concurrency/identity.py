"""Values in answers that name things: the number of a ticket, a code, an id.

What is told of a state may be the same in two answers, for both may have read it after both were done: "8 left", and
"you are the 10th" too. What names a thing may not be given twice. It is known by its key, and by experience: no
serial play gave it twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from crashworthy.core.history import Exchange
from crashworthy.core.value import Json

_NAMES = "code|guid|id|nr|number|no|pk|ref|reference|seat|serial|ticket|token|uuid"
_IDENTITY = re.compile(rf"(^|_)({_NAMES})$|[a-z](Code|Id|ID|Nr|Number|No|Ref|Reference|Seat|Ticket)$")
_DEEPEST = 3
_FEWEST_PLAYS = 2


def given_twice(serial: Sequence[Sequence[Exchange]], together: Sequence[Exchange]) -> list[tuple[str, Json]]:
    """JSON Pointers and values that several of these accepted answers share, and none did in any serial play.

    `serial` holds the accepted answers of each serial play. Nothing is said of what fewer than two plays gave.
    """
    plays = [[dict(identities(exchange)) for exchange in play] for play in serial if len(play) > 1]
    values = [dict(identities(exchange)) for exchange in together]
    if len(plays) < _FEWEST_PLAYS or len(values) < 2:
        return []
    return [
        (path, values[0][path])
        for path in values[0]
        if not _distinct(values, path) and all(_distinct(play, path) for play in plays)
    ]


def identities(exchange: Exchange) -> Iterator[tuple[str, Json]]:
    """JSON Pointers and values of what the answer gives names to."""
    try:
        body: Json = json.loads(exchange.response.body) if exchange.response is not None else None
    except (ValueError, RecursionError):
        return
    yield from _named(body, "", 0)


def _named(value: Json, path: str, depth: int) -> Iterator[tuple[str, Json]]:
    if not isinstance(value, dict) or depth == _DEEPEST:
        return
    for key, item in value.items():
        if "/" in key or "~" in key:
            continue
        if isinstance(item, dict):
            yield from _named(item, f"{path}/{key}", depth + 1)
        elif isinstance(item, int | str) and not isinstance(item, bool) and item != "" and _IDENTITY.search(key):
            yield f"{path}/{key}", item


def _distinct(answers: Sequence[dict[str, Json]], path: str) -> bool:
    found = [answer[path] for answer in answers if path in answer]
    return len(found) == len(answers) == len(set(map(str, found)))
