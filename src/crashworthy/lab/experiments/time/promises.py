"""Until when what an answer gives is good, as the answer says beside it, or within a token (RFC 7519)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from crashworthy.core.history import Exchange
from crashworthy.core.value import Json
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.template import resolve_pointer

_LASTS = re.compile(r"expires?_?in|expiry_?in|ttl|lifetime|valid_?for|max_?age", re.IGNORECASE)
_WHEN = r"(_?(at|on|date|time))?"
_ENDS = re.compile(rf"expires?{_WHEN}|expir(y|ation){_WHEN}|valid_?(un)?til+|exp", re.IGNORECASE)
_UNITS = {"ms": 0.001, "millisecond": 0.001, "minute": 60.0, "min": 60.0, "hour": 3600.0, "day": 86_400.0}
_EPOCH_S = (1.5e9, 4.2e9)
_SHORTEST_S, _LONGEST_S = 30.0, 400 * 86_400.0
_PARTS_OF_A_TOKEN = 3


@dataclass(frozen=True)
class Promise:
    """`name` is the field that says it, `lifetime_s` how long from the answer on."""

    name: str
    lifetime_s: float


def promise_in(exchange: Exchange, pointer: str, issued: datetime) -> Promise | None:
    """What the answer says of how long the value at `pointer` is good that it gave at that time, None for nothing.

    It is said beside the value, or in claims that the value itself makes.
    """
    try:
        value: Json = json.loads(exchange.response.body) if exchange.response else None
    except (ValueError, RecursionError):
        return None
    for name, said in _beside(value, pointer):
        seconds = _lasts(name, said) or _until(name, said, issued)
        if seconds is not None and _SHORTEST_S <= seconds <= _LONGEST_S:
            return Promise(name, seconds)
    return None


def _beside(value: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    """The fields of the object that holds the value at `pointer`, and the claims of the value."""
    parent, _, own = pointer.rpartition("/")
    try:
        holder = resolve_pointer(value, parent)
    except LookupError:
        return
    if isinstance(holder, dict):
        yield from holder.items()
        token = holder.get(own)
        yield from _claims(token).items() if isinstance(token, str) else ()


def _lasts(name: str, said: Json) -> float | None:
    if not _LASTS.match(name) or isinstance(said, bool) or not isinstance(said, int | float):
        return None
    unit = next((factor for word, factor in _UNITS.items() if word in words(name)), 1.0)
    return float(said) * unit


def _until(name: str, said: Json, issued: datetime) -> float | None:
    if not _ENDS.fullmatch(name) or isinstance(said, bool):
        return None
    if isinstance(said, int | float):
        return float(said) - issued.timestamp() if _EPOCH_S[0] <= said <= _EPOCH_S[1] else None
    try:
        end = datetime.fromisoformat(said.replace("Z", "+00:00")) if isinstance(said, str) else None
    except ValueError:
        return None
    # A process whose clock is on UTC means UTC by what it writes without an offset.
    return (end.replace(tzinfo=end.tzinfo or UTC) - issued).total_seconds() if end is not None else None


def _claims(token: str) -> dict[str, Json]:
    parts = token.split(".")
    if len(parts) != _PARTS_OF_A_TOKEN:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
