"""The sentences about a race: what should have been, what was, and where."""

from __future__ import annotations

import json
from collections.abc import Iterable

from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.others import MEETING
from crashworthy.lab.experiments.concurrency.serializability import (
    Outcome,
    Variant,
    attacks,
    serial_peers,
)
from crashworthy.lab.experiments.observed import changes
from crashworthy.lab.experiments.places import choose

HANDLER = "handler"
SHARED = "shared"
"""Settings of a history: the operation's handler, and the places that write for other operations as well."""

_LONGEST = 60


def title(variant: Variant, outcome: Outcome, what: str = "") -> str:
    """The fault in one line; `what` is the name of what was given twice."""
    names = list(dict.fromkeys(step.operation for step in variant.attack))
    who = f"{names[0]} requests" if len(names) == 1 else " and ".join(names)
    if meeting := meeting_of(variant):
        who += f" {meeting}"
    if outcome is Outcome.EXCESS:
        limit = "only one can be" if variant.limit == 1 else f"only {variant.limit} can be"
        return f"Concurrent {who} are all accepted where {limit}"
    if outcome is Outcome.GIVEN_TWICE:
        return f"Concurrent {who} are given the same {what}"
    return f"Concurrent {who} overwrite each other's changes"


def meeting_of(variant: Variant) -> str:
    """Who or what meets in the variant, "" for equal requests of one actor."""
    return str(variant.trials[0].scenario.settings.get(MEETING, ""))


def expected_and_seen(variant: Variant, trial: Trial, outcome: Outcome) -> tuple[str, str]:
    """What any serial order gives, and what the trial gave."""
    if outcome is Outcome.GIVEN_TWICE:
        path, value = variant.given_twice(trial)[0]
        return f"answers with different {_readable(path)}", f"two answers with {_readable(path)} {_short(value)}"
    total = len(variant.attack)
    accepted = sum(variant.accepted(trial).values())
    expected, seen = _state(variant, trial)
    if outcome is Outcome.EXCESS:
        first = f"one after another, at most {variant.limit} of the {total} requests is accepted"
        expected = f"{first}; {expected}" if expected else first
        seen = f"{accepted} of {total} were accepted at the same time" + (f"; {seen}" if seen else "")
    elif accepted < total:
        seen = f"{seen} ({accepted} of {total} requests were accepted)"
    return expected, seen


def location(history: History, trial: Trial) -> Location | None:
    """The line of the first write inside the attack, or the suspected place when that is nearby or all there is.

    A write in a function that other operations use as well (a log, a wrapper of the database) is not the cause.
    """
    ids = {exchange.id for _, exchange in attacks(trial)}
    shared = history.settings.get(SHARED)
    writes = [
        place
        for place in written(event for event in trial.events if event.exchange in ids)
        if not isinstance(shared, list) or str(place) not in shared
    ]
    return choose(history.location, writes) or _handler(history)


def written(events: Iterable[SensorEvent]) -> list[Location]:
    """The places of the writes, in their order."""
    return [event.location for event in events if event.location is not None and is_write(event)]


def is_write(event: SensorEvent) -> bool:
    """Whether the sensor saw a write to a database or a file."""
    return event.kind == "file-write" or bool(event.data.get("write"))


def _handler(history: History) -> Location | None:
    handler = history.settings.get(HANDLER)
    return Location.model_validate(handler) if isinstance(handler, dict) else None


def _state(variant: Variant, trial: Trial) -> tuple[str, str]:
    found = [changes(peer, trial, variant.masks) for peer in serial_peers(variant, trial)]
    nearest = min(found, key=len, default=[])
    if not nearest:
        return "", ""
    everywhere = [
        (operation, path)
        for operation, path, _, _ in nearest
        if all(any((op, where) == (operation, path) for op, where, _, _ in differences) for differences in found)
    ]
    seen = [(operation, path, after) for operation, path, _, after in nearest]
    if not everywhere:
        return "one of the serial orders' outcomes", " with ".join(_is(*each) for each in seen[:2])
    expected = []
    for place in everywhere[:2]:
        wanted = [_short(before) for differences in found for op, path, before, _ in differences if (op, path) == place]
        expected.append(f"{_place(*place)} is {' or '.join(dict.fromkeys(wanted))}")
    return " and ".join(expected) + " in any serial order", " and ".join(
        _is(*each) for each in seen if each[:2] in everywhere[:2]
    )


def _is(operation: str, path: str, value: Json) -> str:
    return f"{_place(operation, path)} is {_short(value)}"


def _place(operation: str, path: str) -> str:
    return f"{operation} {_readable(path)}".strip()


def _readable(path: str) -> str:
    return path.replace("/-", "[]").lstrip("/").replace("/", ".")


def _short(value: Json) -> str:
    if isinstance(value, str) and value.endswith(" items"):
        return value
    text = json.dumps(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
