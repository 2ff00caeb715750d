"""Numbers that are read back: which ones a request changes, what they sum up to, and whether they are exact.

A number is known by the place of its reading and a JSON Pointer. The lengths of lists are part of the pointer, so that
numbers of a list that has grown are not compared with others that have moved to their places.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from crashworthy.core.history import Exchange, Trial
from crashworthy.core.value import Json
from crashworthy.lab.experiments.effects import QUANTITIES
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.meanings import MONEY
from crashworthy.lab.traffic.names import word_set, words

Key = tuple[int, str]
"""The place of the reading, and a JSON Pointer in which `3:0` is the first of three items."""

Numbers = Mapping[Key, Decimal]

TOLERANCE = Decimal("0.000001")
"""Below the smallest unit of any currency (ISO 4217 has up to four decimals)."""

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_INDEX = re.compile(r"/\d+:\d+(?=/|$)")
_UNLIKE_MONEY = word_set("average avg mean median rate ratio percent percentage share factor weight score")
_MONEY = MONEY | word_set("subtotal revenue charge paid due tax discount refund spent earning wallet owed debt")
_DECIMALS = 4
_NOISE = 1e-9
_LARGEST = 1e9


def numbers(trial: Trial) -> dict[Key, Decimal]:
    """Quantities that are read back, by name: of money, stock, places, points."""
    found: dict[Key, Decimal] = {}
    for place, exchange in enumerate(of_part(trial, "observe")):
        for pointer, value in _leaves(_json(exchange)):
            number = _number(value)
            if number is not None and {*words(_name(pointer))} & QUANTITIES:
                found[place, pointer] = number
    return found


def changed(before: Numbers, after: Numbers) -> dict[Key, Decimal]:
    """By how much each number that both have differs."""
    found = {key: after[key] - value for key, value in before.items() if key in after}
    return {key: difference for key, difference in found.items() if abs(difference) > TOLERANCE}


@dataclass(frozen=True)
class Sum:
    """What all objects that one operation shows have of a quantity: `keys` says where."""

    operation: str
    name: str
    keys: frozenset[Key]

    def of(self, found: Numbers) -> Decimal:
        """The sum."""
        return sum((found[key] for key in self.keys), Decimal(0))


def sums(trial: Trial, found: Numbers) -> list[Sum]:
    """Sums of a quantity over several objects."""
    groups: dict[tuple[str, str], set[Key]] = defaultdict(set)
    operations = [exchange.operation for exchange in of_part(trial, "observe")]
    for place, pointer in found:
        groups[operations[place], _INDEX.sub("/-", pointer)].add((place, pointer))
    return [
        Sum(operation, _name(pointer), frozenset(keys))
        for (operation, pointer), keys in groups.items()
        if len(keys) > 1
    ]


def told(trial: Trial, key: Key) -> str:
    """A number's place, for people."""
    place, pointer = key
    exchange = of_part(trial, "observe")[place]
    return f"{_INDEX.sub('[]', pointer).lstrip('/').replace('/', '.')} of {exchange.operation}"


def plain(number: Decimal) -> str:
    """A number without needless zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def inexact(trial: Trial) -> Iterator[tuple[Exchange, str, float]]:
    """Amounts of money in answers that differ from a decimal fraction by what binary fractions cannot express."""
    for exchange in trial.exchanges:
        if exchange.part not in ("attack", "observe") or not exchange.ok:
            continue
        for pointer, value in _leaves(_json(exchange)):
            name = {*words(_name(pointer))}
            if isinstance(value, float) and name & _MONEY and not name & _UNLIKE_MONEY and _has_noise(value):
                yield exchange, _INDEX.sub("/-", pointer), value


def _has_noise(value: float) -> bool:
    meant = round(value, _DECIMALS)
    return value != meant and abs(value) < _LARGEST and abs(value - meant) <= _NOISE * max(1.0, abs(value))


def _json(exchange: Exchange) -> Json:
    if not exchange.ok or exchange.response is None:
        return None
    try:
        found: Json = json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return None
    return found


def _leaves(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{pointer}/{len(value)}:{index}")
    else:
        yield pointer, value


def _name(pointer: str) -> str:
    return next((part for part in reversed(pointer.split("/")) if part and ":" not in part), "")


def _number(value: Json) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        number = Decimal(str(value))
        return number if number.is_finite() else None
    return None
