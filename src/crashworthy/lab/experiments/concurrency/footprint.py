"""What requests touch, as the sensor saw it: requests that only add, or only read, cannot overwrite each other."""

from __future__ import annotations

import re

from crashworthy.core.history import SensorEvent, Trial
from crashworthy.lab.experiments.trial import of_part

_NAME = r'(?:[\w"`\[\]]+\.)?["`\[]?(\w+)["`\]]?'
_INSERT = re.compile(rf"^\s*INSERT\s+(?:OR\s+\w+\s+)?INTO\s+{_NAME}", re.IGNORECASE)
_READ = re.compile(rf"\b(?:FROM|JOIN)\s+{_NAME}", re.IGNORECASE)


def only_adds(trial: Trial) -> bool:
    """Whether the attack's requests write by INSERT alone, and read no table that they write.

    Known of databases only: what a handler keeps in memory leaves no statement.
    """
    events = [event for event in _inside(trial) if event.kind == "sql"]
    statements = [str(event.data.get("statement", "")) for event in events]
    writes = [statement for event, statement in zip(events, statements, strict=True) if event.data.get("write")]
    targets = [_INSERT.match(statement) for statement in writes]
    if not writes or not all(targets):
        return False
    written = {target[1].lower() for target in targets if target}
    read = {name.lower() for statement in statements for name in _READ.findall(statement)}
    return written.isdisjoint(read)


def only_reads(trial: Trial) -> bool:
    """Whether the attack's requests used a database, and neither wrote to it, nor to a file, nor called another system.

    What a handler keeps in memory leaves no event: ask also whether anything that can be read back changes.
    """
    events = _inside(trial)
    kinds = {event.kind for event in events}
    writes = any(event.data.get("write") for event in events)
    return "sql" in kinds and not writes and kinds.isdisjoint({"file-write", "outbound"})


def _inside(trial: Trial) -> list[SensorEvent]:
    attack = {exchange.id for exchange in of_part(trial, "attack")}
    return [event for event in trial.events if event.exchange in attack]
