"""What one run remembers for the next: the playbook, and what the source behind each operation was.

A memory is a hint and never the truth: it may be old, of another service, or spoilt. Ways that do not fit the
operations of today are left out, and all others are replayed from a fresh state before anybody relies on them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from pydantic import ValidationError

from crashworthy import __version__
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook, Variant, Way
from crashworthy.core.value import Value
from crashworthy.lab.traffic.actors import is_identity
from crashworthy.lab.traffic.names import path_words
from crashworthy.lab.traffic.reasons import FINAL
from crashworthy.source.tree import SourceTree

_MOST_BYTES = 8 * 1024 * 1024
_MOST_STEPS = 60


class Memory(Value):
    """A playbook, the version of crashworthy that learned it, and `sources`: digests by the operations' names.

    `given_up` are operations on which everything was tried, with the reason.
    """

    version: str = __version__
    playbook: Playbook
    sources: dict[str, str] = {}
    given_up: dict[str, str] = {}


def memory_of(
    playbook: Playbook, tree: SourceTree, operations: Sequence[Operation], private: Sequence[str] = ()
) -> Memory:
    """What to keep of a run: nothing that holds one of the `private` texts, which are a person's credentials."""
    marks = [json.dumps(text)[1:-1] for text in private if text]

    def is_public(value: Value) -> bool:
        text = value.model_dump_json()
        return not any(mark in text for mark in marks)

    kept = Playbook(
        ways=tuple(filter(is_public, playbook.ways)),
        variants=tuple(filter(is_public, playbook.variants)),
        callers=tuple(filter(is_public, playbook.callers)),
        requests=playbook.requests,
    )
    final = [each for each in playbook.unreached if each.why.startswith(FINAL) and is_public(each)]
    return Memory(
        playbook=kept,
        sources={each.name: source_of(each, tree) for each in operations},
        given_up={each.operation: each.why for each in final},
    )


def read_memory(path: Path) -> Memory | None:
    """The memory in a file; None where there is none, or none that this version can use."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        memory = Memory.model_validate_json(path.read_bytes())
    except (OSError, ValidationError, ValueError, RecursionError):
        return None
    return memory if memory.version == __version__ else None


def source_of(operation: Operation, tree: SourceTree) -> str:
    """A digest of the operation's inputs and of the functions that its handler can call."""
    digest = hashlib.sha256()
    digest.update(json.dumps(operation.model_dump(mode="json", exclude={"handler"}), sort_keys=True).encode())
    for function in tree.analysis.functions if tree.analysis else ():
        if operation.name in tree.reach.get(function.key, frozenset()):
            lines = function.file.text.splitlines()[function.node.lineno - 1 : function.node.end_lineno]
            digest.update("\n".join((function.key, *lines)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def usable(memory: Memory, operations: Sequence[Operation]) -> Playbook:
    """The part of the memory that speaks of these operations and of nothing else."""
    known = {operation.name: operation for operation in operations}
    ways = tuple(way for way in memory.playbook.ways if _fits(way, known))
    variants = tuple(each for each in memory.playbook.variants if _fits(each.way, known))
    callers = tuple(each for each in memory.playbook.callers if all(step.operation in known for step in each.steps))
    return Playbook(ways=ways, variants=variants, callers=callers)


def touched(memory: Memory, operations: Sequence[Operation], tree: SourceTree) -> frozenset[str]:
    """Names of the operations whose source is not what it was."""
    return frozenset(each.name for each in operations if memory.sources.get(each.name) != source_of(each, tree))


def hopeless(memory: Memory, operations: Sequence[Operation], changed: Collection[str]) -> dict[str, str]:
    """Operations that need not be tried again, with the reason: neither they nor what they may need have changed.

    Logins, and operations whose path speaks of the same things, count as what an operation may need; so does every
    operation that was not reached before.
    """
    reached = memory.playbook.reached
    touched = [each for each in operations if each.name in changed]
    if any(is_identity(each) or each.name not in reached for each in touched):
        return {}
    about = {word for each in touched for word in path_words(each.path)}
    return {
        each.name: memory.given_up[each.name]
        for each in operations
        if each.name in memory.given_up
        and each.name not in changed
        and not is_identity(each)
        and about.isdisjoint(path_words(each.path))
    }


def still_known(variants: Sequence[Variant], replayed: Sequence[Way]) -> tuple[Variant, ...]:
    """The variants whose way was replayed."""
    steps = [way.steps for way in replayed]
    return tuple(each for each in variants if each.way.steps in steps)


def _fits(way: Way, known: dict[str, Operation]) -> bool:
    """Whether every step is a request of the operation that it names, and the last one of the way's own."""
    if not 0 < len(way.steps) <= _MOST_STEPS or way.steps[-1].operation != way.operation:
        return False
    for step in way.steps:
        operation = known.get(step.operation)
        if operation is None or step.method != operation.method:
            return False
        pattern = re.sub(r"\\\{[^{}]*\\\}", "[^/].*", re.escape(operation.path.rstrip("/")))
        if not re.fullmatch(pattern, step.path.rstrip("/")):
            return False
    return True
