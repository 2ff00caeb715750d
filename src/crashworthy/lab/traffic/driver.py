"""Learning how to use a service: explore one live copy, then keep the ways that replay from a fresh state."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crashworthy.core.events import Emit, OperationsReached
from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.playbook import Playbook, Unreached, Variant
from crashworthy.lab.traffic.actors import Headers
from crashworthy.lab.traffic.attempt import Workshop
from crashworthy.lab.traffic.branches import find_branches, read_vocabulary
from crashworthy.lab.traffic.coverage import Coverage
from crashworthy.lab.traffic.deepen import Deepener
from crashworthy.lab.traffic.discover import WEBSOCKET
from crashworthy.lab.traffic.explore import Explorer
from crashworthy.lab.traffic.hints import read_hints
from crashworthy.lab.traffic.identify import Identifier
from crashworthy.lab.traffic.knowledge import Knowledge
from crashworthy.lab.traffic.lessons.lessons import NOTHING_LEARNED, Lessons
from crashworthy.lab.traffic.live import Copies, Live
from crashworthy.lab.traffic.names import path_words, words
from crashworthy.lab.traffic.openapi import SecurityScheme
from crashworthy.lab.traffic.reasons import why_not
from crashworthy.lab.traffic.verify import Verifier
from crashworthy.source.tree import SourceTree

_EXPLORING_SHARE = 0.6
_TIMEOUT_S = 5.0
_MOST_COPIES = 40
_LEAST_DEEPENING_S = 2.0

_CREDENTIAL_WORDS = frozenset({"authorization", "auth", "token", "key", "secret", "admin", "user", "role"})


@dataclass(frozen=True)
class LearnContext:
    """What the driver learns from. `deadline` is in seconds of time.monotonic().

    `schemes` come from `discover`. `environment` holds the variables that the service was started with: a secret
    among them may be an administrator's key. `credentials` are header sets given by the user for an administrator.
    `lessons` are what requests that others made teach about these operations.
    """

    testbed: Copies
    tree: SourceTree
    operations: tuple[Operation, ...]
    seed: int
    deadline: float
    emit: Emit
    schemes: tuple[SecurityScheme, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    credentials: Sequence[Headers] = ()
    lessons: Lessons = NOTHING_LEARNED
    timeout_s: float = _TIMEOUT_S


def learn(context: LearnContext) -> Playbook:
    """Find a way to each operation; every way in the playbook was replayed from a fresh state.

    Spends about 60 % of the time until the deadline on exploring and the rest on verifying. The same seed plans
    the same requests, as far as the service answers the same.
    """
    started = time.monotonic()
    reachable = tuple(operation for operation in context.operations if operation.method != WEBSOCKET)
    total = len(context.operations)
    context.emit(OperationsReached(reached=0, total=total))
    hints = context.lessons.hints(read_hints(context.tree))
    knowledge = Knowledge(flows=context.lessons.flows)
    environment = {each.name: each.default for each in context.tree.environment if each.default}
    environment |= context.environment
    names = [
        parameter.name
        for operation in reachable
        for parameter in operation.parameters
        if parameter.where is ParameterIn.HEADER and {*words(parameter.name)} & _CREDENTIAL_WORDS
    ]
    identifier = Identifier(
        knowledge,
        context.schemes,
        hints,
        environment,
        (*context.credentials, *context.lessons.credentials),
        tuple(name for name in names if "dempotency" not in name),
    )
    numbers = {operation.name: number + 1 for number, operation in enumerate(reachable)}
    nouns = frozenset(word for operation in reachable for word in path_words(operation.path))
    workshop = Workshop(knowledge, hints, numbers, nouns, context.seed)
    branches = find_branches(context.tree)
    coverage = Coverage() if branches else None
    until = started + (context.deadline - started) * _EXPLORING_SHARE
    verifier = Verifier(context.testbed, context.deadline, context.timeout_s)
    with Live(context.testbed, _MOST_COPIES) as live:
        explorer = Explorer(
            live,
            reachable,
            workshop,
            identifier,
            coverage=coverage,
            timeout_s=context.timeout_s,
            deadline=until,
            progress=lambda reached: context.emit(OperationsReached(reached=reached, total=total)),
            lessons=context.lessons,
        )
        explorer.explore()
        variants: list[Variant] = []
        if coverage is not None:
            took = time.monotonic() - started
            deepener = Deepener(
                explorer,
                workshop,
                coverage,
                branches,
                read_vocabulary(context.tree),
                deadline=min(until, time.monotonic() + max(_LEAST_DEEPENING_S, took)),
            )
            deepener.deepen()
            variants = deepener.variants
            explorer.explore()
        died = not live.alive()
    ways = verifier.verify(lesson.way for lesson in knowledge.lessons.values())
    lost = set(knowledge.lessons) - {way.operation for way in ways}
    if lost and time.monotonic() < until:
        # They leaned on what other sessions had left behind.
        with Live(context.testbed, _MOST_COPIES) as explorer.live:
            explorer.again(lost)
        again = (lesson.way for name, lesson in knowledge.lessons.items() if name in lost)
        ways += verifier.verify(again)
    reached = {way.operation for way in ways}
    context.emit(OperationsReached(reached=len(reached), total=total))
    replayed = [way.steps for way in verifier.verify((each.way for each in variants), shorten=False)]
    order = {operation.name: place for place, operation in enumerate(context.operations)}
    unreached = [
        Unreached(
            operation=name, why=why_not(operation, explorer.trails.get(name), verifier.failures.get(name), died=died)
        )
        for operation in context.operations
        if (name := operation.name) not in reached
    ]
    return Playbook(
        ways=tuple(sorted(ways, key=lambda way: (order[way.operation], len(way.steps)))),
        variants=tuple(each for each in variants if each.way.steps in replayed and each.way.operation in reached),
        unreached=tuple(unreached),
        requests=explorer.requests + verifier.requests,
    )
