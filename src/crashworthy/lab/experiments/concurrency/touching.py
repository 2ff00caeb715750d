"""Which operations work on the same data, as their own SQL statements tell when their ways are played."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crashworthy.core.history import Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.experiments.kept import KeptSetups
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.ways import merge
from crashworthy.source.sql import read

OVERWRITES = 3
"""Both set a column, at least one of them to a value that it made before."""
BOTH_WRITE = 2
"""Both change rows of a table."""
READS_WHAT_IS_WRITTEN = 1
"""One decides by rows of a table that the other changes."""

_REDIS = "redis"
_REPLACES = frozenset({"SET", "SETEX", "PSETEX", "GETSET", "MSET", "HSET", "HMSET"})
_TELLS_APART = re.compile(r"\d|@")
_LONGEST_S = 8.0
_SHARE = 0.08
# Who asks may be looked up by every request; that tells nothing of what the operation works on.
_COMMON_SHARE = 0.6
_FEW = 4


@dataclass(frozen=True)
class Touched:
    """Tables that an operation reads, changes rows of, adds rows to or removes rows from; columns as "table.column".

    Keys of Redis are such tables by what they begin with: "stock:17" is of the table "stock".
    """

    reads: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    adds: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    sets_blindly: frozenset[str] = frozenset()

    @property
    def writes(self) -> frozenset[str]:
        """Tables that it writes in any way."""
        return self.changes | self.adds


def touched(statements: Iterable[str], commands: Iterable[tuple[str, bool]] = ()) -> Touched:
    """What the statements touch. A column that is set to anything but its own old value is set blindly.

    `commands` are those of Redis, each with whether it writes.
    """
    reads: set[str] = set()
    changes: set[str] = set()
    adds: set[str] = set()
    sets: set[str] = set()
    blindly: set[str] = set()
    for command, writes in commands:
        name, kind = command.partition(" ")[0].upper(), _kind_of_key(command)
        if not kind:
            continue
        (changes if writes else reads).add(kind)
        if name in _REPLACES:
            sets.add(f"{kind}.*")
            blindly.add(f"{kind}.*")
    for statement in map(read, statements):
        table = statement.table
        if statement.kind == "select" and table:
            reads.add(table)
        elif statement.kind in {"update", "delete"}:
            changes.add(table)
            sets |= {f"{table}.{column}" for column, _ in statement.sets}
            blindly |= {f"{table}.{column}" for column, _ in statement.sets if column not in statement.relative}
        elif statement.kind == "insert":
            adds.add(table)
    return Touched(frozenset(reads), frozenset(changes), frozenset(adds), frozenset(sets), frozenset(blindly))


def clash(one: Touched, other: Touched, common: frozenset[str] = frozenset()) -> int:
    """How likely the two get in each other's way, 0 for not at all. Reads of `common` tables do not count."""
    if one.sets & other.sets & (one.sets_blindly | other.sets_blindly):
        return OVERWRITES
    if one.changes & other.writes or one.writes & other.changes:
        return BOTH_WRITE
    reads, others = one.reads - common, other.reads - common
    return READS_WHAT_IS_WRITTEN if reads & other.writes or others & one.writes else 0


def common_tables(known: Iterable[Touched]) -> frozenset[str]:
    """Tables that most operations read."""
    each = list(known)
    count = Counter(table for touched in each for table in touched.reads)
    return frozenset(table for table, n in count.items() if len(each) >= _FEW and n > _COMMON_SHARE * len(each))


def learn_touched(lab: Lab, operations: Sequence[Operation]) -> Mapping[str, Touched]:
    """What the reached operations touch, by name; nothing is said of those that could not be seen at work.

    All are played on one copy, one after another, and alone those that did not succeed there.
    """
    if Capability.SQL not in lab.testbed.capabilities:
        return {}
    limit = min(_LONGEST_S, _SHARE * lab.left())
    recorder = Recorder(lab, "lost-update", limit_s=limit, kept=KeptSetups(lab.testbed))
    ways = [way for each in operations if (way := lab.playbook.way(each.name)) is not None]
    found: dict[str, Touched] = {}
    try:
        for group in (ways, *([way] for way in ways)):
            if all(way.operation in found for way in group):
                continue
            merged = merge(group)
            trial = recorder.play(Scenario(setup=merged.setup, attack=merged.last), "probe")
            for name, seen in _seen(trial).items():
                found.setdefault(name, seen)
    except OutOfTimeError:
        pass
    return found


def _kind_of_key(command: str) -> str:
    """The first key of a command without the parts that tell one thing from another, "" for none."""
    key = next(iter(command.split(" ")[1:2]), "")
    return ":".join(part for part in re.split(r"[:/]", key) if part and not _TELLS_APART.search(part)).lower()


def _seen(trial: Trial) -> dict[str, Touched]:
    """What the successful requests of the attack touched, where they used a database at all."""
    found = {}
    for exchange in of_part(trial, "attack"):
        events = [event for event in trial.events if event.exchange == exchange.id and event.kind == "sql"]
        if exchange.done and events:
            said = [(str(event.data.get("statement", "")), event) for event in events]
            found[exchange.operation] = touched(
                (text for text, event in said if event.data.get("driver") != _REDIS),
                ((text, event.data.get("write") is True) for text, event in said if event.data.get("driver") == _REDIS),
            )
    return found
