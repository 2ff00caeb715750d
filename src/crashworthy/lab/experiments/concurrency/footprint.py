"""Which rows requests touch, by the SQL that the sensor saw: requests that only add cannot overwrite each other."""

from __future__ import annotations

import re

from crashworthy.core.history import Trial
from crashworthy.lab.experiments.trial import of_part

_NAME = r'(?:[\w"`\[\]]+\.)?["`\[]?(\w+)["`\]]?'
_INSERT = re.compile(rf"^\s*INSERT\s+(?:OR\s+\w+\s+)?INTO\s+{_NAME}", re.IGNORECASE)
_READ = re.compile(rf"\b(?:FROM|JOIN)\s+{_NAME}", re.IGNORECASE)


def only_adds(trial: Trial) -> bool:
    """Whether the attack's requests write by INSERT alone, and read no table that they write.

    Known of databases only: what a handler keeps in memory leaves no statement.
    """
    attack = {exchange.id for exchange in of_part(trial, "attack")}
    events = [event for event in trial.events if event.kind == "sql" and event.exchange in attack]
    statements = [str(event.data.get("statement", "")) for event in events]
    writes = [statement for event, statement in zip(events, statements, strict=True) if event.data.get("write")]
    targets = [_INSERT.match(statement) for statement in writes]
    if not writes or not all(targets):
        return False
    written = {target[1].lower() for target in targets if target}
    read = {name.lower() for statement in statements for name in _READ.findall(statement)}
    return written.isdisjoint(read)
