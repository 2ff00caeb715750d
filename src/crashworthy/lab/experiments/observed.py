"""What can be read back from a service, in a form in which two plays can be compared.

Ids, times and random tokens differ between two plays that mean the same. They are masked: by name and form, because
two plays can agree on a clock by luck, and by experience, because two serial plays of the same order must agree.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from crashworthy.core.history import Exchange, Trial
from crashworthy.core.value import Json
from crashworthy.lab.experiments.trial import of_part

MASKED = "*"

Mask = tuple[str, str]
"""Name of an operation and a JSON Pointer into its answer, with "-" for any index of a list."""

_ID_NAME = re.compile(r"(^|_)(id|ids|uuid|guid|pk|etag)$|[a-z](Id|Ids|Uuid|UUID|ID)$", re.ASCII)
_TIME_NAME = re.compile(
    r"(^|_)(at|on|time|timestamp|datetime|created|updated|modified|expires|expiry|uptime|elapsed|age|duration)(_ms|_s|_seconds)?$"
    r"|[a-z](At|Time|Timestamp)$",
    re.ASCII,
)
_TIME_FORM = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d", re.ASCII
)
_UUID_FORM = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_EPOCH_S = (1.5e9, 2.6e9)
_ROUNDS = 8


@dataclass(frozen=True)
class Reading:
    """One answer that was read back: `value` is its JSON, its text, or None when it was no 2xx."""

    operation: str
    status: int | None
    value: Json


def readings(trial: Trial) -> tuple[Reading, ...]:
    """The answers of the trial's observe part."""
    return tuple(_reading(exchange) for exchange in of_part(trial, "observe"))


def state(trial: Trial, masks: Iterable[Mask]) -> str:
    """The state after the trial as canonical JSON; equal texts mean the same."""
    hidden = frozenset(masks)
    found: list[Json] = [
        None if (reading.operation, "") in hidden else [reading.operation, reading.status, masked(reading, hidden)]
        for reading in readings(trial)
    ]
    return _canonical(found)


def masked(reading: Reading, masks: frozenset[Mask]) -> Json:
    """The reading's value with what is masked replaced, and lists sorted."""
    return _masked(reading.value, reading.operation, "", "", masks)


def differing(trials: Iterable[Trial]) -> frozenset[Mask]:
    """What must be masked for these trials, plays of the same order, to agree."""
    plays = [readings(trial) for trial in trials]
    masks: set[Mask] = set()
    for other in plays[1:]:
        if len(other) != len(plays[0]):
            continue
        for first, second in zip(plays[0], other, strict=True):
            masks |= _pair(first, second, frozenset(masks))
    return frozenset(masks)


def changes(before: Trial, after: Trial, masks: Iterable[Mask], limit: int = 4) -> list[tuple[str, str, Json, Json]]:
    """Where two trials' readings differ: what was read, JSON Pointer, and the value in each (None when absent).

    What was read is the operation, or the request itself where the operation was read more than once.
    """
    hidden = frozenset(masks)
    found: list[tuple[str, str, Json, Json]] = []
    for first, second, what in zip(readings(before), readings(after), _names(after), strict=False):
        if (first.operation, "") in hidden:
            continue
        if first.status != second.status:
            found.append((what, "", f"status {first.status}", f"status {second.status}"))
            continue
        _walk(masked(first, hidden), masked(second, hidden), "", what, found)
    return found[:limit]


def _names(trial: Trial) -> list[str]:
    observed = of_part(trial, "observe")
    count = Counter(exchange.operation for exchange in observed)
    return [_request(exchange) if count[exchange.operation] > 1 else exchange.operation for exchange in observed]


def _request(exchange: Exchange) -> str:
    url = urlsplit(exchange.request.url)
    who = "" if exchange.actor == "A" else f" as {exchange.actor}"
    return f"{exchange.request.method} {url.path}" + (f"?{url.query}" if url.query else "") + who


def _reading(exchange: Exchange) -> Reading:
    response = exchange.response
    if response is None:
        return Reading(exchange.operation, None, None)
    if not exchange.ok:
        return Reading(exchange.operation, response.status, None)
    try:
        value: Json = json.loads(response.body)
    except (ValueError, RecursionError):
        value = response.body
    return Reading(exchange.operation, response.status, value)


def _masked(value: Json, operation: str, path: str, name: str, masks: frozenset[Mask]) -> Json:
    if (operation, path) in masks:
        return MASKED
    if isinstance(value, dict):
        return {key: _masked(item, operation, f"{path}/{key}", key, masks) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_masked(item, operation, f"{path}/-", name, masks) for item in value), key=_canonical)
    return MASKED if _volatile(name, value) else value


def _volatile(name: str, value: Json) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    if _ID_NAME.search(name) or _TIME_NAME.search(name):
        return True
    if isinstance(value, str):
        return bool(_TIME_FORM.search(value) or _UUID_FORM.search(value))
    if isinstance(value, int | float):
        return any(_EPOCH_S[0] <= value / unit <= _EPOCH_S[1] for unit in (1, 1e3, 1e6, 1e9))
    return False


def _pair(first: Reading, second: Reading, masks: frozenset[Mask]) -> frozenset[Mask]:
    """Masks under which the readings agree, comparing lists by position or sorted, whichever hides less."""
    if first.status != second.status:
        return masks | {(first.operation, "")}
    by_position = masks | set(_unlike(first.value, second.value, first.operation, "", masks))
    found = [by_position] if _agree(first, second, by_position) else []
    # Unordered answers: sort under what is masked so far, look again, until they agree.
    widened = masks
    for _ in range(_ROUNDS):
        more = set(_unlike(masked(first, widened), masked(second, widened), first.operation, "", widened))
        if not more - widened:
            break
        widened |= more
    if _agree(first, second, widened):
        found.append(widened)
    return min(found, key=len, default=masks | {(first.operation, "")})


def _agree(first: Reading, second: Reading, masks: frozenset[Mask]) -> bool:
    return _canonical(masked(first, masks)) == _canonical(masked(second, masks))


def _unlike(first: Json, second: Json, operation: str, path: str, masks: frozenset[Mask]) -> Iterable[Mask]:
    if (operation, path) in masks:
        return
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        for key in first:
            yield from _unlike(first[key], second[key], operation, f"{path}/{key}", masks)
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for left, right in zip(first, second, strict=True):
            yield from _unlike(left, right, operation, f"{path}/-", masks)
    elif first != second and not (_volatile(_name(path), first) and _volatile(_name(path), second)):
        yield (operation, path)


def _name(path: str) -> str:
    return next((part for part in reversed(path.split("/")) if part != "-"), "")


def _walk(first: Json, second: Json, path: str, operation: str, found: list[tuple[str, str, Json, Json]]) -> None:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted(first.keys() | second.keys()):
            _walk(first.get(key), second.get(key), f"{path}/{key}", operation, found)
    elif isinstance(first, list) and isinstance(second, list):
        left, right = Counter(map(_canonical, first)), Counter(map(_canonical, second))
        if len(first) != len(second):
            found.append((operation, path, f"{len(first)} items", f"{len(second)} items"))
        else:
            only_left, only_right = sorted((left - right).elements()), sorted((right - left).elements())
            for one, other in zip(only_left, only_right, strict=True):
                _walk(json.loads(one), json.loads(other), f"{path}/-", operation, found)
    elif first != second:
        found.append((operation, path, first, second))


def _canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
