"""Knowing again what an earlier run learned, by going its ways once more on the live copy."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from crashworthy.core.history import Exchange
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Caller, Playbook, Way
from crashworthy.core.value import Json
from crashworthy.lab.traffic.actors import Identity, sign_up_score
from crashworthy.lab.traffic.attempt import Workshop
from crashworthy.lab.traffic.callers import content
from crashworthy.lab.traffic.explore import Explorer
from crashworthy.lab.traffic.identify import Identifier
from crashworthy.lab.traffic.plan import Plan
from crashworthy.lab.traffic.search import segments
from crashworthy.lab.traffic.session import SetupFailedError, succeeded
from crashworthy.lab.traffic.ways import bind

_ORDER = ("GET", "POST", "PUT", "PATCH", "", "DELETE")


def recall(
    explorer: Explorer, workshop: Workshop, identifier: Identifier, operations: Sequence[Operation], known: Playbook
) -> list[Way]:
    """The known ways that work still, taken into the explorer's knowledge.

    Each is gone once on the live copy, which nobody has used yet: set-ups are shared, and what takes things away
    comes last. Half of the time for exploring is left, whatever the ways do.
    """
    kept: list[Way] = []
    if not known.ways:
        return kept
    explorer.knowledge.first = first_known(known.callers, operations)
    until = time.monotonic() + (explorer.deadline - time.monotonic()) / 2
    named = {operation.name: operation for operation in operations}
    session = explorer.sessions.open()
    for way in sorted(known.ways, key=lambda way: (_place(way.steps[-1].method), len(way.steps))):
        # What an earlier way did in this session may be in the way of this one.
        for _ in range(2):
            if not explorer.goes_on() or time.monotonic() > until:
                return kept
            try:
                names = session.include(way.steps[:-1])
                live = bind(way.steps[-1], names)
                exchange = session.attempt(live)
            except SetupFailedError:
                session = explorer.sessions.renew(session)
                continue
            if succeeded(exchange):
                _identify(explorer, way, known.callers)
                plan = workshop.first_plan(named[way.operation])
                explorer.trails[way.operation].plan = _as_sent(plan, way, explorer.knowledge.identities)
                _take(explorer, identifier, named[way.operation], way, exchange, session.values_in(live))
                kept.append(way)
                break
            session = explorer.sessions.renew(session)
    explorer.sessions.close(session)
    return kept


def first_known(callers: Sequence[Caller], operations: Sequence[Operation]) -> Identity | None:
    """The caller who must sign up before everybody else, by a name that is no session's own."""
    signing_up = {operation.name for operation in operations if sign_up_score(operation) > 0}
    for caller in callers:
        own = any("${unique}" in content(step) for step in caller.steps)
        if caller.actor == "admin" and not own and any(step.operation in signing_up for step in caller.steps):
            return Identity(caller.actor, caller.steps, caller.headers)
    return None


def _identify(explorer: Explorer, way: Way, callers: Sequence[Caller]) -> None:
    """Believe in the callers of a way that worked."""
    sent = [content(step) for step in way.steps]
    for caller in callers:
        signed_up = all(content(step) in sent for step in caller.steps)
        shown = all(name in [each for each, _ in way.steps[-1].headers] for name, _ in caller.headers)
        if way.steps[-1].actor == caller.actor and signed_up and shown:
            explorer.knowledge.identities.setdefault(caller.actor, Identity(caller.actor, caller.steps, caller.headers))


def _take(
    explorer: Explorer,
    identifier: Identifier,
    operation: Operation,
    way: Way,
    exchange: Exchange,
    sent: list[Json],
) -> None:
    assert exchange.response is not None
    facts = explorer.knowledge.learn(operation, way, exchange.response, [*sent, *segments(way.steps[-1].path)])
    identifier.offer(operation, way, facts, exchange.response)


def _as_sent(plan: Plan, way: Way, identities: Mapping[str, Identity]) -> Plan:
    """The plan by the same actor with the same plain values in its body."""
    step = way.steps[-1]
    plan = replace(plan, actor=step.actor if step.actor in identities else "")
    for name, value in step.body.items() if isinstance(step.body, dict) else ():
        if "${" not in json.dumps(value):
            plan = plan.give(("body", name), value)
    return plan


def _place(method: str) -> int:
    return _ORDER.index(method if method in _ORDER else "")
