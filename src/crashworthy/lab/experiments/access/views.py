"""What an answer shows of one object, and what became of it between two answers. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from crashworthy.core.history import Exchange
from crashworthy.core.value import Json
from crashworthy.lab.experiments.observed import MASKED, Reading, masked

_ENOUGH_KEYS = 0.5


@dataclass(frozen=True)
class Target:
    """One object: its id, the names its id may have, the fields it was shown with, and texts that only it holds.

    `marks` are texts that A sent and that hold A's own digits.
    """

    id: Json
    keys: frozenset[str]
    shape: frozenset[str]
    marks: frozenset[str]

    @property
    def is_countable(self) -> bool:
        """Whether the next id is the last one plus one, so that others need not be told it."""
        text = str(self.id)
        return not isinstance(self.id, bool) and text.isdigit() and len(text) <= 6

    def found_in(self, exchange: Exchange) -> Json:
        """The object as the answer shows it: the item of a list, or the whole; None where it is not there."""
        if not exchange.ok or exchange.response is None:
            return None
        value = body(exchange)
        for item in items(value):
            if self._is(item):
                return item
        return None

    def shown_in(self, exchange: Exchange) -> bool:
        """Whether the answer shows the object, or one of its own texts."""
        if self.found_in(exchange) is not None:
            return True
        return exchange.ok and exchange.response is not None and any(m in exchange.response.body for m in self.marks)

    def _is(self, item: dict[str, Json]) -> bool:
        if not any(str(item.get(key)) == str(self.id) for key in self.keys if item.get(key) is not None):
            return False
        own = frozenset(item)
        return not self.shape or len(own & self.shape) >= _ENOUGH_KEYS * min(len(own), len(self.shape))


def body(exchange: Exchange) -> Json:
    """The answer's JSON, or its text."""
    text = exchange.response.body if exchange.response is not None else ""
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def items(value: Json) -> Iterator[dict[str, Json]]:
    """The objects that an answer is about: itself, those directly below it, and the items of its lists.

    What is inside an item belongs to that item: a product within an order is no entry of a list of products.
    """
    if isinstance(value, dict):
        yield value
        for below in value.values():
            if isinstance(below, dict):
                yield from items(below)
            elif isinstance(below, list):
                yield from (item for item in below if isinstance(item, dict))
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def stable(item: Json) -> str:
    """The object without what moves by itself: times and random ids."""
    return json.dumps(masked(Reading("", 200, item), frozenset()), sort_keys=True)


def took_away(before: Json, after: Json) -> bool:
    """Whether something was taken away or replaced.

    A number that grew, a list that became longer and a field that was empty may be what others are meant to do: a
    like, a deposit, a bid, a comment.
    """
    one, other = (masked(Reading("", 200, item), frozenset()) for item in (before, after))
    return _worse(one, other)


def _worse(one: Json, other: Json) -> bool:
    if one in (other, MASKED, None, ""):
        return False
    if isinstance(one, bool) or isinstance(other, bool):
        return True
    if isinstance(one, int | float) and isinstance(other, int | float):
        return other < one
    if isinstance(one, dict) and isinstance(other, dict):
        return any(_worse(value, other.get(key)) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(other) < len(one) or (
            len(other) == len(one) and any(_worse(a, b) for a, b in zip(one, other, strict=True))
        )
    return True
