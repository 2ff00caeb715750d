"""Where a request can break off: its lasting steps, as the sensor saw them in a play without faults."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crashworthy.core.history import SensorEvent, Trial
from crashworthy.lab.experiments.effects import calls
from crashworthy.lab.experiments.trial import of_part

_WRITES = re.compile(
    r'^\s*(INSERT|UPDATE|DELETE|REPLACE)\b(?:\s+OR\s+\w+)?\s*(?:INTO|FROM)?\s+(?:\w+\.)?["`\[]?(\w+)', re.IGNORECASE
)
_STAGE = re.compile(r"\b(status|state|stage|phase)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """One lasting step, of a database through `driver`. `number` counts as the sensor does, from 1; a call has none.

    `lasts` says that what was done until then stays when the request breaks off right after it.
    """

    kind: str
    at: float
    number: int | None = None
    statement: str = ""
    driver: str = ""
    lasts: bool = False


def steps(trial: Trial) -> list[Step]:
    """The lasting steps of the trial's first attack request and its calls to dependencies, in their order."""
    attack = of_part(trial, "attack")
    events = [event for event in trial.events if attack and event.exchange == attack[0].id and _is_step(event)]
    found = []
    for number, event in enumerate(events, 1):
        kind = {"sql": "write", "file-write": "file"}.get(event.kind, event.kind)
        statement, driver = str(event.data.get("statement", "")), str(event.data.get("driver", ""))
        # What Redis is told stays, whatever becomes of a transaction elsewhere.
        lasts = kind in {"commit", "file"} or driver == "redis" or not _committed(events[number:])
        found.append(Step(kind, event.at, number, statement, driver, lasts))
    found += [Step("call", call.at, lasts=True) for call in calls(trial)]
    return sorted(found, key=lambda step: step.at)


def deaths(found: list[Step]) -> list[int]:
    """Steps before which to die: the first after each lasting one, while another one is to come."""
    numbers = []
    for index, step in enumerate(found):
        rest = found[index + 1 :]
        if step.lasts and any(later.lasts for later in rest):
            numbers += [later.number for later in rest if later.number is not None][:1]
    return list(dict.fromkeys(numbers))


def failures(found: list[Step]) -> list[int]:
    """Steps to let fail: writes to SQLite and to files before which something was done already.

    A statement that fails there leaves its transaction open, and that is what a statement does that is not made. A
    server would abort the transaction, and what a failed commit leaves differs: there, only a death is tried.
    """
    fit = [step for index, step in enumerate(found) if index and (step.kind == "file" or step.driver == "sqlite3")]
    return [step.number for step in fit if step.kind != "commit" and step.number is not None]


def interrupted(found: list[Step], number: int) -> bool:
    """Whether something lasting was done before step `number`."""
    return any(step.lasts for step in found if step.number is not None and step.number < number)


def is_staged(found: list[Step], number: int) -> bool:
    """Whether what was written before step `number` is on record as unfinished: what is inserted before and updated
    afterwards, or a status that is written before and again afterwards.
    """
    before = [step for step in found if step.number is not None and step.number < number]
    after = [step for step in found if step.number is not None and step.number >= number]
    updated = {table for verb, table in _writes(after) if verb == "UPDATE"}
    if any(verb in {"INSERT", "REPLACE"} and table in updated for verb, table in _writes(before)):
        return True
    return bool(
        {table for _, table in _writes(step for step in before if _STAGE.search(step.statement))}
        & {table for _, table in _writes(step for step in after if _STAGE.search(step.statement))}
    )


def recorded_before_call(trial: Trial) -> bool:
    """Whether the first attack request committed or wrote a file before its first call to a dependency."""
    found = steps(trial)
    first = next((step.at for step in found if step.kind == "call"), None)
    return first is not None and any(step.lasts and step.at < first for step in found if step.kind != "call")


def _writes(found: Iterable[Step]) -> list[tuple[str, str]]:
    matches = [_WRITES.match(step.statement) for step in found]
    return [(match[1].upper(), match[2].lower()) for match in matches if match]


def _is_step(event: SensorEvent) -> bool:
    return event.kind in {"commit", "file-write"} or (event.kind == "sql" and event.data.get("write") is True)


def _committed(later: list[SensorEvent]) -> bool:
    return any(event.kind == "commit" for event in later)
