"""The judge of wedges: do valid requests, which work after a harmless request, keep failing after the bad one?

A 4xx is no failure here: the bad request may have changed something on purpose, or counted towards a limit. A 2xx
that says it is JSON and holds a bare NaN or Infinity is one: no client but Python's own can read it (RFC 8259, 6).
"""

from __future__ import annotations

import json
from typing import NoReturn

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.input.crashes import CONTROL, INPUT, WHAT, innermost
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.template import placeholders

WEDGE = "wedge"
"""Purpose of a trial with valid requests after a changed one."""
PLACE = "suspected_place"
AGAIN = "probe"
"""The part in which failing requests are tried once more, after a pause."""

_UNAVAILABLE = 503


def failed(exchange: Exchange) -> bool:
    """Whether the service could not answer: a 5xx, no answer in time, or a closed connection.

    Who says when to come back (503 with Retry-After) has answered: a circuit breaker, or a guard against overload.
    """
    response = exchange.response
    if response is None:
        return True
    names = {name.lower() for name, _ in response.headers}
    return response.status >= 500 and not (response.status == _UNAVAILABLE and "retry-after" in names)


def is_unreadable(exchange: Exchange) -> bool:
    """Whether the answer says that it is JSON and would be, but for a NaN or an Infinity."""
    response = exchange.response
    if not exchange.ok or response is None or not ("NaN" in response.body or "Infinity" in response.body):
        return False
    kind = next((value for name, value in response.headers if name.lower() == "content-type"), "")
    if not kind.partition(";")[0].strip().lower().endswith("json"):
        return False
    try:
        json.loads(response.body)  # Python's own extension
    except (ValueError, RecursionError):
        return False
    try:
        json.loads(response.body, parse_constant=_refuse)
    except ValueError:
        return True
    return False


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def is_lost(exchange: Exchange) -> bool:
    """Whether a client is left without an answer that it can read."""
    return failed(exchange) or is_unreadable(exchange)


def failing(trial: Trial, control: Trial) -> list[tuple[int, Exchange]]:
    """Valid requests, by position, that worked in the control and failed in the trial, also after a pause."""
    usual = of_part(control, "observe")
    before = of_part(trial, "observe")
    after = {exchange.operation: exchange for exchange in of_part(trial, AGAIN)}
    found = []
    for index, (normal, exchange) in enumerate(zip(usual, before, strict=False)):
        again = after.get(exchange.operation)
        worked = normal.ok and not is_unreadable(normal)
        if worked and is_lost(exchange) and again is not None and is_lost(again):
            found.append((index, exchange))
    return found


def judge_wedges(history: History) -> list[Judgement]:
    """PROVEN for the wedge that stops the most valid requests."""
    control = next((trial for trial in history.trials if trial.purpose == CONTROL), None)
    tried = [trial for trial in history.trials if trial.purpose == WEDGE]
    requests = sum(len(of_part(trial, "attack")) for trial in history.trials)
    if control is None or not any(exchange.ok for exchange in of_part(control, "observe")):
        return [_unproven(history, Status.UNKNOWN, "no valid request worked in the control", requests)]
    found = []
    for trial in tried:
        stopped = failing(trial, control)
        # A process that ended is a crash, which its own experiment tells.
        if stopped and not trial.crashed and all(exchange.ok for exchange in of_part(trial, "setup")):
            found.append((trial, stopped))
    if found:
        trial, stopped = max(found, key=lambda item: (len(item[1]), -len(of_part(item[0], "attack"))))
        return [_proven(trial, stopped, requests)]
    if history.notes:
        return [_unproven(history, Status.UNKNOWN, "not all was tried", requests)]
    return [_unproven(history, Status.HELD, f"valid requests still worked after {requests} changed ones", requests)]


def _proven(trial: Trial, stopped: list[tuple[int, Exchange]], tried: int) -> Judgement:
    bad = of_part(trial, "attack")
    times = "" if len(bad) == 1 else f" {len(bad)} times"
    what = f"{bad[0].operation} whose {trial.scenario.settings.get(INPUT)} is {trial.scenario.settings.get(WHAT)}"
    names = list(dict.fromkeys(exchange.operation for _, exchange in stopped))
    first = stopped[0][1]
    unreadable = all(is_unreadable(exchange) for _, exchange in stopped)
    answer = f"status {first.response.status}" if first.response else first.error or "no answer"
    if is_unreadable(first):
        answer += " and a body with a bare NaN or Infinity, which is no JSON"
    own = all(_is_own(index, exchange, trial) for index, exchange in stopped)
    return Judgement(
        status=Status.PROVEN,
        severity=_severity(own=own, unreadable=unreadable),
        title=f"After {what}{times}, {'answers are no JSON any more' if unreadable else 'valid requests fail'}",
        expected=f"{' and '.join(names)} still answered with a 2xx{' and JSON' if unreadable else ''}",
        seen=f"{' and '.join(names)}: {answer}, also when tried again",
        trial=trial.id,
        scenario=_needed(trial, bad, [trial.scenario.observe[index] for index, _ in stopped]),
        location=_location(trial, bad, [exchange for _, exchange in stopped]),
        operations=(bad[0].operation,),
        trials=tried,
    )


def _severity(*, own: bool, unreadable: bool) -> Severity:
    if unreadable:
        return Severity.MINOR if own else Severity.MAJOR
    return Severity.MAJOR if own else Severity.BLOCKER


def _needed(trial: Trial, bad: tuple[Exchange, ...], stopped: list[Step]) -> Scenario:
    """The scenario without what was not played, and without the valid requests that went on working."""
    scenario = trial.scenario
    known = {"unique", *(save.name for step in scenario.setup for save in step.saves)}
    if any(placeholders(step) - known for step in stopped):
        stopped = list(scenario.observe)
    return scenario.model_copy(update={"attack": scenario.attack[: len(bad)], "observe": tuple(stopped)})


def _is_own(index: int, exchange: Exchange, trial: Trial) -> bool:
    """Whether the damage is done to what was sent, or to who sent it: others, or for other objects, get an answer.

    Where there is no answer at all, something is held, and the requests after that one were not made.
    """
    if exchange.response is None:
        return False
    step = trial.scenario.observe[index]
    if step.method == "GET" and "${" in step.path:
        return True
    others = [each for place, each in enumerate(of_part(trial, "observe")) if place != index]
    return any(each.operation == exchange.operation and each.ok for each in others)


def _location(trial: Trial, bad: tuple[Exchange, ...], stopped: list[Exchange]) -> Location | None:
    """Where the bad request failed, else where it wrote last, else where the valid ones fail."""
    ids = {exchange.id for exchange in bad}
    raised = [innermost(e) for e in trial.events if e.kind == "exception" and e.exchange in ids]
    wrote = [e.location for e in trial.events if e.exchange in ids and e.data.get("write")]
    later = {exchange.id for exchange in stopped}
    fails = [innermost(e) for e in trial.events if e.kind == "exception" and e.exchange in later]
    return next((place for place in (*raised, *reversed(wrote), *fails) if place is not None), None)


def _unproven(history: History, status: Status, why: str, tried: int) -> Judgement:
    place = history.settings.get(PLACE)
    location = Location.model_validate(place) if place else None
    return Judgement(status=status, why="; ".join([why, *history.notes]), trials=tried, location=location)
