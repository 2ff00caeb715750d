"""The request sequence of a proof as SARIF code flows, so that editors step through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crashworthy.core.history import Exchange, SensorEvent
from crashworthy.core.location import Location
from crashworthy.core.proof import Proof
from crashworthy.reports.story import by_time, in_time, line, tell
from crashworthy.reports.timeline import MarkKind, mark_of

MOST_STEPS = 120
MOST_RELATED = 12

_Where = Callable[[Location], dict[str, Any]]
_Step = tuple[float, str, str, str, Location | None]


def code_flows(proof: Proof, handlers: Mapping[str, Location], where: _Where) -> list[dict[str, Any]]:
    """One flow with a thread for each of the attack's requests, and one for all others.

    `executionOrder` counts across the threads: by it, what happened at the same time can be read as it happened.
    """
    threads: dict[str, list[dict[str, Any]]] = {}
    for order, (_, thread, text, importance, place) in enumerate(_steps(proof, handlers), start=1):
        location: dict[str, Any] = {"message": {"text": text}}
        if place is not None:
            location |= where(place)
        threads.setdefault(thread, []).append({"location": location, "executionOrder": order, "importance": importance})
    if not threads:
        return []
    flows = [{"id": thread, "locations": locations} for thread, locations in threads.items()]
    intro = next((act.intro for act in tell(proof).acts if act.part == "attack" and act.intro), "the requests in order")
    return [{"message": {"text": intro}, "threadFlows": flows}]


def related_locations(proof: Proof, main: Location | None, where: _Where) -> list[dict[str, Any]]:
    """Other lines that took part: of statements, calls and exceptions inside the attack's requests."""
    attack = {exchange.id for exchange in proof.trial.exchanges if exchange.part == "attack"}
    found: dict[str, tuple[Location, str]] = {}
    for event in in_time(proof.trial):
        mark = mark_of(event)
        if mark is None or mark.kind is MarkKind.BARRIER or event.location is None or event.exchange not in attack:
            continue
        if main is None or str(event.location) != str(main):
            found.setdefault(str(event.location), (event.location, mark.text))
    return [
        {"id": number, "message": {"text": text}, **where(place)}
        for number, (place, text) in enumerate(list(found.values())[:MOST_RELATED], start=1)
    ]


def _steps(proof: Proof, handlers: Mapping[str, Location]) -> list[_Step]:
    """Time, thread, sentence, importance and place of all that happened, in order."""
    exchanges = {exchange.id: (number, exchange) for number, exchange in enumerate(by_time(proof.trial), start=1)}
    steps: list[_Step] = []
    for number, exchange in exchanges.values():
        told = line(exchange, number)
        thread = _thread(number, exchange)
        place = handlers.get(exchange.operation)
        importance = "essential" if exchange.part in {"attack", "observe"} else "important"
        sent = f"{number}. {told.request_text()}"
        steps.append((exchange.started, thread, sent, importance, place))
        steps.append((exchange.ended, thread, f"{number}. answered {told.answer_text()}", importance, place))
    for event in in_time(proof.trial):
        step = _inside(event, exchanges)
        if step is not None:
            steps.append(step)
    return sorted(steps, key=lambda step: step[0])[:MOST_STEPS]


def _inside(event: SensorEvent, exchanges: Mapping[str, tuple[int, Exchange]]) -> _Step | None:
    mark = mark_of(event)
    if mark is None or event.location is None or event.exchange is None or event.exchange not in exchanges:
        return None
    number, exchange = exchanges[event.exchange]
    return event.at, _thread(number, exchange), f"{number}. {mark.kind}: {mark.text}", "important", event.location


def _thread(number: int, exchange: Exchange) -> str:
    return f"request {number}" if exchange.part == "attack" else "before and after"
