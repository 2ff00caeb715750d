"""Which operations to bring together: each that changes something, then pairs, then triples that work on the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice

from crashworthy.core.operation import Operation
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.weakness import Weakness
from crashworthy.lab.experiments.concurrency.touching import (
    READS_WHAT_IS_WRITTEN,
    Touched,
    clash,
    common_tables,
    learn_touched,
)
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.experiment import Candidate, Lab
from crashworthy.lab.traffic.template import placeholders
from crashworthy.lab.traffic.ways import merge
from crashworthy.weaknesses.concurrency import CRASH_UNDER_CONCURRENCY, LOST_UPDATE

# What a race costs is worth more of the time than many inputs that fail.
_SUSPECTED = 300.0
_SUSPECTED_CRASH = 60.0
_CHANGING = {"POST": 80.0, "PATCH": 76.0, "PUT": 72.0, "DELETE": 45.0}
_PAIR = 20.0
_PER_CLASH = 8.0
_TRIPLE = 12.0
_MOST_TRIPLES = 3
_SAME_OBJECT = 4.0
# Of two that are suspected each will be shown alone; of one, the pair may show what it does to others.
_ONE_SUSPECTED = 5.0
_MOST_PAIRS = 10
_ESTIMATE_S = 4.0


def race_candidates(lab: Lab) -> list[Candidate]:
    """Candidates for the reached operations, suspected ones with the place; the most promising pairs only."""
    suspected = _suspected(lab, LOST_UPDATE)
    crashing = _suspected(lab, CRASH_UNDER_CONCURRENCY)
    changing = [op for op in lab.operations if op.method in _CHANGING and op.name in lab.playbook.reached]
    found = []
    for operation in changing:
        suspicion = suspected.get(operation.name)
        crash = crashing.get(operation.name)
        either = suspicion or crash
        more = _SUSPECTED if suspicion else _SUSPECTED_CRASH if crash else 0
        found.append(
            Candidate(
                weakness=LOST_UPDATE,
                operations=(operation.name,),
                why=either.message if either else "changes something",
                priority=_CHANGING[operation.method] + more,
                estimate_s=_ESTIMATE_S,
                location=suspicion.location if suspicion else None,
                suspected=either is not None,
                also=(CRASH_UNDER_CONCURRENCY,),
            )
        )
    known = learn_touched(lab, changing) if len(changing) > 1 else {}
    pairs = [
        pair
        for one, other in combinations(changing, 2)
        if (pair := _pair(one, other, known, suspected, lab)) is not None
    ]
    pairs = sorted(pairs, key=lambda pair: -pair.priority)[:_MOST_PAIRS]
    return [*found, *pairs, *islice(_triples(pairs), _MOST_TRIPLES)]


def _pair(
    one: Operation, other: Operation, known: Mapping[str, Touched], suspected: Mapping[str, Suspicion], lab: Lab
) -> Candidate | None:
    """The two together, where they get in each other's way by what they touch, or else by their paths."""
    both = [suspected[op.name] for op in (one, other) if op.name in suspected]
    if one.name in known and other.name in known:
        rank = clash(known[one.name], known[other.name], common_tables(known.values()))
    else:
        rank = READS_WHAT_IS_WRITTEN if len(both) == 2 or _same_thing(one.path, other.path) else 0
    if not rank or not (both or _can_be_read(one, other, lab)):
        return None
    same = _SAME_OBJECT if _share_an_object(one, other, lab) else 0.0
    return Candidate(
        weakness=LOST_UPDATE,
        operations=(one.name, other.name),
        why="both work on the same data",
        priority=_PAIR + _PER_CLASH * rank + same + (_ONE_SUSPECTED if len(both) == 1 else 0.0),
        estimate_s=_ESTIMATE_S,
        location=both[0].location if both else None,
        also=(CRASH_UNDER_CONCURRENCY,),
    )


def _triples(pairs: Sequence[Candidate]) -> Iterator[Candidate]:
    """Three of which each two are a pair, by the pairs' promise. Most of what three show two show as well."""
    together = {frozenset(pair.operations): pair for pair in pairs}
    names = list(dict.fromkeys(name for pair in pairs for name in pair.operations))
    for three in combinations(names, 3):
        if all(frozenset(two) in together for two in combinations(three, 2)):
            first = together[frozenset(three[:2])]
            yield replace(first, operations=three, why="all three work on the same data", priority=_TRIPLE)


def _suspected(lab: Lab, weakness: Weakness) -> dict[str, Suspicion]:
    return {name: each for each in lab.suspicions if each.weakness == weakness.id for name in each.operations}


def _can_be_read(one: Operation, other: Operation, lab: Lab) -> bool:
    """Whether anything can be asked about what the two work on; each alone is tried in any case."""
    base = ground((one.name, other.name), lab.playbook, lab.operations)
    return base is not None and bool(base.observe)


def _share_an_object(one: Operation, other: Operation, lab: Lab) -> bool:
    """Whether the ways of both lead to one object that a step of their set-up made."""
    last = merge(way for name in (one.name, other.name) if (way := lab.playbook.way(name)) is not None).last
    paths = [frozenset(name for name in placeholders(step) if f"${{{name}}}" in step.path) for step in last]
    return len(paths) == 2 and bool(paths[0] & paths[1])


def _same_thing(one: str, other: str) -> bool:
    """Whether two paths work on the same kind of object: equal up to and including the first parameter."""
    first, second = one.strip("/").split("/"), other.strip("/").split("/")
    ends = [next((i for i, part in enumerate(parts) if part.startswith("{")), len(parts)) for parts in (first, second)]
    return first[: ends[0]] == second[: ends[1]] and bool(first[0])
