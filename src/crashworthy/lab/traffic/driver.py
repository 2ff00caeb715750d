"""Learning how to use a service: explore one live copy, then keep the ways that replay from a fresh state."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crashworthy.core.events import Emit, OperationsReached
from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.playbook import Caller, Playbook, Unreached
from crashworthy.lab.traffic.actors import Headers, is_identity, sign_up_score
from crashworthy.lab.traffic.attempt import Workshop
from crashworthy.lab.traffic.branches import find_branches, read_vocabulary
from crashworthy.lab.traffic.coverage import Coverage
from crashworthy.lab.traffic.credentials import with_credentials
from crashworthy.lab.traffic.deepen import Deepener
from crashworthy.lab.traffic.discover import WEBSOCKET
from crashworthy.lab.traffic.explore import Explorer
from crashworthy.lab.traffic.hints import read_hints
from crashworthy.lab.traffic.identify import Identifier
from crashworthy.lab.traffic.knowledge import Knowledge
from crashworthy.lab.traffic.lessons.lessons import NOTHING_LEARNED, Lessons
from crashworthy.lab.traffic.live import Copies, Live
from crashworthy.lab.traffic.memory import Memory, hopeless, still_known, touched, usable
from crashworthy.lab.traffic.names import path_words, words
from crashworthy.lab.traffic.openapi import SecurityScheme
from crashworthy.lab.traffic.reasons import why_not
from crashworthy.lab.traffic.recall import recall
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
    `lessons` are what requests that others made teach about these operations. With `sensor`, each request is marked
    for the sensor in the service, and passwords are hashed with the fewest rounds.
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
    memory: Memory | None = None
    sensor: bool = False


def learn(context: LearnContext) -> Playbook:
    """Find a way to each operation; every way in the playbook was replayed from a fresh state.

    Spends about 60 % of the time until the deadline on exploring and the rest on verifying. The same seed plans
    the same requests, as far as the service answers the same.
    """
    started = time.monotonic()
    declared = tuple(operation for operation in context.operations if operation.method != WEBSOCKET)
    reachable = with_credentials(declared, context.tree)
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
        signs_up=any(is_identity(each) or sign_up_score(each) > 0 for each in reachable),
    )
    numbers = {operation.name: number + 1 for number, operation in enumerate(reachable)}
    nouns = frozenset(word for operation in reachable for word in path_words(operation.path))
    workshop = Workshop(knowledge, hints, numbers, nouns, context.seed)
    verifier = Verifier(context.testbed, context.deadline, context.timeout_s, sensor=context.sensor)
    recalled, changed = _recall(context, declared)
    vain = hopeless(context.memory, reachable, changed) if context.memory else {}
    vain = {name: why for name, why in vain.items() if name not in context.lessons.examples}
    branches = tuple(each for each in find_branches(context.tree) if not changed.isdisjoint(each.operations))
    coverage = Coverage() if branches else None
    until = started + (context.deadline - started) * _EXPLORING_SHARE
    variants = list(recalled.variants)
    with Live(context.testbed, _MOST_COPIES) as live:
        explorer = Explorer(
            live,
            [each for each in reachable if each.name not in vain],
            workshop,
            identifier,
            sensor=context.sensor,
            coverage=coverage,
            timeout_s=context.timeout_s,
            deadline=until,
            progress=lambda reached: context.emit(OperationsReached(reached=reached, total=total)),
            lessons=context.lessons,
        )
        # What worked from a fresh state, of code that is still the same, works on this fresh copy once more.
        kept = recall(explorer, workshop, identifier, reachable, recalled)
        ways = [way for way in kept if changed.isdisjoint(step.operation for step in way.steps)]
        if explorer.misses():
            explorer.explore()
        if vain and knowledge.lessons.keys() - recalled.reached:
            # What was not there before may be what these need.
            explorer.take_up([each for each in reachable if each.name in vain])
            vain = {}
            explorer.explore()
        if coverage is not None:
            took = time.monotonic() - started
            deepener = Deepener(
                explorer,
                workshop,
                coverage,
                branches,
                read_vocabulary(context.tree),
                deadline=min(until, time.monotonic() + max(_LEAST_DEEPENING_S, took)),
                fields_of=changed,
            )
            deepener.deepen()
            variants += deepener.variants
            if explorer.misses():
                explorer.explore()
        died = not live.alive()
    ways = [way for way in ways if way.operation in knowledge.lessons]
    sure = {way.operation for way in ways}
    unsure = [lesson.way for name, lesson in knowledge.lessons.items() if name not in sure]
    ways += verifier.verify((way for way in unsure if way in kept), shorten=False)
    ways += verifier.verify(way for way in unsure if way not in kept)
    lost = set(knowledge.lessons) - {way.operation for way in ways}
    if lost and time.monotonic() < until:
        # They leaned on what other sessions had left behind.
        with Live(context.testbed, _MOST_COPIES) as another:
            explorer.again(lost, another)
        again = (lesson.way for name, lesson in knowledge.lessons.items() if name in lost)
        ways += verifier.verify(again)
    reached = {way.operation for way in ways}
    context.emit(OperationsReached(reached=len(reached), total=total))
    old = [each for each in recalled.variants if changed.isdisjoint(step.operation for step in each.way.steps)]
    new = [each.way for each in variants if each not in old and each.way.operation in reached]
    replayed = [*(each.way for each in old), *verifier.verify(new, shorten=False)]
    callers = tuple(
        Caller(actor=each.actor, steps=each.steps, headers=each.headers) for each in knowledge.identities.values()
    )
    order = {operation.name: place for place, operation in enumerate(context.operations)}
    unreached = [
        Unreached(
            operation=name,
            why=vain.get(name) or why_not(operation, explorer.trails.get(name), verifier.failures.get(name), died=died),
        )
        for operation in context.operations
        if (name := operation.name) not in reached
    ]
    return Playbook(
        ways=tuple(sorted(ways, key=lambda way: (order[way.operation], len(way.steps)))),
        variants=still_known(variants, replayed),
        callers=callers,
        unreached=tuple(unreached),
        requests=explorer.sessions.requests + verifier.requests,
    )


def _recall(context: LearnContext, operations: Sequence[Operation]) -> tuple[Playbook, frozenset[str]]:
    """What can be used of the memory, and the names of the operations whose source it does not know."""
    if context.memory is None:
        return Playbook(), frozenset(operation.name for operation in operations)
    changed = touched(context.memory, operations, context.tree)
    return usable(context.memory, operations), changed
