"""The judge of slow dependencies: was a request held, by the dependency, and who else was held with it?"""

from __future__ import annotations

from collections.abc import Iterable

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.places import choose
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.standin.names import shown_host

HOLD_S = 10.0
"""Nobody waits longer for a page; a request that takes this long is held. What happens later is not claimed."""

CONTROL = "control"
HELD = "held"
CALLS = "outbound_calls"

_FAST_S = 2.0
_TOLERANCE_S = 0.05


def hold_s(scenario: Scenario) -> float:
    """For how long the request must stay unanswered."""
    value = scenario.settings.get("hold_s", HOLD_S)
    return float(value) if isinstance(value, int | float) else HOLD_S


def judge_holding(history: History) -> Judgement:
    """PROVEN when a request that was fast stayed unanswered while the dependency did not answer."""
    control = _control(history.trials)
    if control is None:
        return _unproven(history, Status.UNKNOWN, "the request did not succeed while its dependency answered normally")
    held = [trial for trial in history.trials if trial.purpose == HELD]
    if not _called_out(control):
        return _unproven(history, Status.HELD, "the request makes no outbound call")
    if seconds(_attack(control)) > _FAST_S:
        why = f"the request takes {seconds(_attack(control)):.1f} s also while its dependency answers"
        return _unproven(history, Status.UNKNOWN, why)
    for trial in sorted(held, key=lambda each: _kind(each.scenario) == "drip"):
        if is_held(trial) and _called_out(trial):
            return _proven(history, control, trial)
    if not held or any(_cut_short(trial) for trial in held):
        return _unproven(history, Status.UNKNOWN, f"the budget ended before a request could be held for {HOLD_S:g} s")
    longest = max(seconds(_attack(trial)) for trial in held)
    kinds = " and ".join(dict.fromkeys(_KINDS.get(_kind(trial.scenario), "") for trial in held))
    return _unproven(history, Status.HELD, f"answered after {longest:.1f} s at the latest while a dependency {kinds}")


def is_held(trial: Trial) -> bool:
    """Whether the attack's first request got no answer for as long as the scenario asks."""
    attack = of_part(trial, "attack")
    if not attack or attack[0].response is not None:
        return False
    return not trial.crashed and seconds(attack[0]) >= hold_s(trial.scenario) - _TOLERANCE_S


def seconds(exchange: Exchange) -> float:
    """How long the exchange took."""
    return exchange.ended - exchange.started


_KINDS = {"hang": "accepts and does not answer", "drip": "answers one byte a second"}


def _control(trials: Iterable[Trial]) -> Trial | None:
    return next((t for t in trials if t.purpose == CONTROL and of_part(t, "attack") and _attack(t).ok), None)


def _attack(trial: Trial) -> Exchange:
    return of_part(trial, "attack")[0]


def _kind(scenario: Scenario) -> str:
    return scenario.faults[0].kind if scenario.faults else "normal"


def _called_out(trial: Trial) -> bool:
    return bool(trial.scenario.settings.get(CALLS)) or bool(outbound(trial))


def _cut_short(trial: Trial) -> bool:
    """Whether a trial ended without an answer and before the time."""
    attack = of_part(trial, "attack")
    return not attack or (attack[0].response is None and not is_held(trial) and "timed out" in (attack[0].error or ""))


def outbound(trial: Trial) -> list[SensorEvent]:
    """The outbound calls that the sensor saw inside the attack's requests."""
    ids = {exchange.id for exchange in of_part(trial, "attack")}
    return [event for event in trial.events if event.kind == "outbound" and event.exchange in ids | {None}]


def _proven(history: History, control: Trial, trial: Trial) -> Judgement:
    exchange, normal = _attack(trial), _attack(control)
    held_for = seconds(exchange)
    kind = _kind(trial.scenario)
    hosts = list(dict.fromkeys(str(event.data["host"]) for event in outbound(trial) if event.data.get("host")))
    who = shown_host(hosts[0]) if hosts else "its dependency"
    pending, silent, asked = _cascade(history, trial)
    seen = f"no answer for {held_for:.0f} s while {who} {_KINDS.get(kind, 'is slow')}"
    severity = Severity.MAJOR if kind == "hang" else Severity.MINOR
    if silent:
        names = ", ".join(silent)
        seen += (
            f"; with {pending} such request{'s' if pending > 1 else ''} pending, "
            f"{len(silent)} of {asked} unrelated operations got no answer either: {names}"
        )
        severity = Severity.BLOCKER if kind == "hang" and pending == 1 else Severity.MAJOR
    return Judgement(
        status=Status.PROVEN,
        severity=severity,
        title=f"{exchange.operation} waits for a slow dependency for {HOLD_S:g} s or more",
        expected=f"an answer, or an error, within {HOLD_S:g} s (normally it takes {seconds(normal) * 1000:.0f} ms)",
        seen=seen,
        trial=trial.id,
        scenario=trial.scenario,
        location=choose(history.location, [e.location for t in (trial, control) for e in outbound(t) if e.location]),
        trials=sum(each.purpose == HELD for each in history.trials),
    )


def _cascade(history: History, trial: Trial) -> tuple[int, list[str], int]:
    """With how few held requests others stayed without an answer in the trial, which, and how many were asked."""
    usual = {
        exchange.operation
        for control in history.trials
        if control.purpose == CONTROL
        for exchange in of_part(control, "probe")
        if exchange.ok
    }
    rounds: dict[str, list[Exchange]] = {}
    for exchange in of_part(trial, "probe"):
        if exchange.operation in usual:
            rounds.setdefault(exchange.id.partition("-")[0], []).append(exchange)
    for group in rounds.values():
        silent = [exchange.operation for exchange in group if exchange.response is None]
        if silent:
            over = max(exchange.ended for exchange in group)
            pending = sum(e.started < group[0].started and e.ended >= over for e in of_part(trial, "attack"))
            return max(1, pending), silent, len(group)
    return 0, [], 0


def _unproven(history: History, status: Status, why: str) -> Judgement:
    return Judgement(status=status, why="; ".join([why, *history.notes]), trials=len(history.trials))
