"""The judge of slow dependencies: was a request held, by the dependency, and who else was held with it?"""

from __future__ import annotations

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.places import choose
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.standin.names import shown_host

HOLD_S = 10.0
"""Nobody waits longer for a page; a request that takes this long is held. What happens later is not claimed."""

SHORT_HOLD_S = 3.0
"""For how long a call without a time limit is held again in a replay, once it was held for the full time."""
GLANCE_S = 1.0
"""For how long a request must wait at a call where another one was held for the full time, to be told with it."""

CONTROL = "control"
HELD = "held"
JOINED = "joined"
"""Purpose of a trial in which a further operation is watched at the place where another one was held."""
PROBE = "probe"
CALLS = "outbound_calls"
PLACE = "place"

_FAST_S = 2.0
_LONGEST_LIMIT_S = 60.0
_TOLERANCE_S = 0.05


def hold_s(scenario: Scenario) -> float:
    """For how long the request must stay unanswered."""
    value = scenario.settings.get("hold_s", HOLD_S)
    return float(value) if isinstance(value, int | float) else HOLD_S


def shortened(scenario: Scenario, pending: SensorEvent, seconds: float) -> Scenario:
    """The scenario with a hold of some seconds only, in which the same call must be seen pending again."""
    settings: dict[str, Json] = {**scenario.settings, "hold_s": seconds, PLACE: str(pending.location)}
    return scenario.model_copy(update={"settings": settings})


def pending_without_limit(trial: Trial) -> SensorEvent | None:
    """The call that the attack's first request waits for, where nothing at the socket bounds the wait.

    The sensor knows a limit only where the socket blocks; asynchronous clients keep theirs elsewhere. What else could
    bound the wait (a deadline of a thread, a future or an alarm) it does not see: only a full hold excludes that.
    """
    call = _pending(trial)
    if call is None or call.location is None:
        return None
    limit = call.data.get("timeout")
    return call if limit is None or (isinstance(limit, int | float) and limit > HOLD_S + 1) else None


def known_limit(trial: Trial) -> float | None:
    """After how many seconds without a byte the call ends that the request waits for, where the sensor can tell."""
    call = _pending(trial)
    limit = call.data.get("timeout") if call is not None else None
    return float(limit) if isinstance(limit, int | float) and 0 < limit <= _LONGEST_LIMIT_S else None


def _pending(trial: Trial) -> SensorEvent | None:
    """The blocking call that the attack's first request waits for."""
    attack = of_part(trial, "attack")
    if not attack or attack[0].response is not None:
        return None
    calls = [event for event in trial.events if event.kind == "outbound" and event.exchange == attack[0].id]
    return calls[-1] if calls and calls[-1].data.get("blocking") is True else None


def judge_holding(history: History) -> list[Judgement]:
    """One judgement per operation, the worst first; operations held at one call share a PROVEN one.

    PROVEN when a request that was fast stayed unanswered while the dependency did not answer.
    """
    judged = {operation: _judged(history, operation) for operation in history.operations}
    leader = next((each for each in judged.values() if each.status is Status.PROVEN), None)
    if leader is not None:
        place = next((pending_without_limit(trial) for trial in history.trials if trial.id == leader.trial), None)
        joined = [name for name in judged if place is not None and _joins(history, name, place)]
        judged = {name: each for name, each in judged.items() if name not in joined}
        also = f"; {_listed(joined)} waits at the same call" if len(joined) == 1 else ""
        also = f"; {_listed(joined)} wait at the same call" if len(joined) > 1 else also
        first = leader.operations[0]
        judged[first] = leader.model_copy(update={"operations": (first, *joined), "seen": leader.seen + also})
    return sorted(judged.values(), key=lambda each: _ORDER.index(each.status))


_ORDER = (Status.PROVEN, Status.UNKNOWN, Status.HELD)


def _judged(history: History, operation: str) -> Judgement:
    """The judgement of one operation by the trials of its own."""
    trials = [trial for trial in history.trials if any(e.operation == operation for e in of_part(trial, "attack"))]
    controls = [trial for trial in trials if trial.purpose == CONTROL and _attack(trial).done]

    def unproven(status: Status, why: str) -> Judgement:
        why = "; ".join([why, *history.notes])
        return Judgement(status=status, why=why, trials=len(trials), operations=(operation,))

    if not controls:
        return unproven(Status.UNKNOWN, "the request did not succeed while its dependency answered normally")
    if not any(map(_called_out, controls)):
        if history.location is not None:
            # Not held: the call is there, and only some other request than this one gets to it.
            return unproven(Status.UNKNOWN, f"the request does not get to the call at {history.location}")
        return unproven(Status.HELD, "the request makes no outbound call")
    normal = min(controls, key=lambda trial: seconds(_attack(trial)))
    if seconds(_attack(normal)) > _FAST_S:
        why = f"the request takes {seconds(_attack(normal)):.1f} s also while its dependency answers"
        return unproven(Status.UNKNOWN, why)
    held = [trial for trial in trials if trial.purpose == HELD]
    for trial in sorted(held, key=lambda each: _kind(each.scenario) == "drip"):
        if is_held(trial) and _called_out(trial):
            return _proven(history, normal, trial)
    if not held or any(_cut_short(trial) for trial in held):
        return unproven(Status.UNKNOWN, f"the budget ended before a request could be held for {HOLD_S:g} s")
    longest = max(seconds(_attack(trial)) for trial in held)
    kinds = " and ".join(dict.fromkeys(_KINDS.get(_kind(trial.scenario), "") for trial in held))
    return unproven(Status.HELD, f"answered after {longest:.1f} s at the latest while a dependency {kinds}")


def _joins(history: History, operation: str, held: SensorEvent) -> bool:
    """Whether a request of the operation was seen waiting at the very call at which another one was held."""
    return any(
        is_held(trial) and (seen := pending_without_limit(trial)) is not None and seen.location == held.location
        for trial in history.trials
        if trial.purpose == JOINED and _attack(trial).operation == operation
    )


def is_held(trial: Trial) -> bool:
    """Whether the attack's first request got no answer for as long as the scenario asks.

    Where the scenario names a place, the request must wait there, at a call without a time limit.
    """
    attack = of_part(trial, "attack")
    if not attack or attack[0].response is not None:
        return False
    place = trial.scenario.settings.get(PLACE)
    if place is not None and ((call := pending_without_limit(trial)) is None or str(call.location) != place):
        return False
    return not trial.crashed and seconds(attack[0]) >= hold_s(trial.scenario) - _TOLERANCE_S


def seconds(exchange: Exchange) -> float:
    """How long the exchange took."""
    return exchange.ended - exchange.started


_KINDS = {"hang": "accepts and does not answer", "drip": "answers one byte a second"}


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
    pending, stopped, asked = _cascade(history, trial)
    seen = f"no answer for {held_for:.0f} s while {who} {_KINDS.get(kind, 'is slow')}"
    if held_for < HOLD_S - _TOLERANCE_S:
        seen += ", at a call without a time limit"
    severity = Severity.MAJOR if kind == "hang" else Severity.MINOR
    if stopped:
        seen += (
            f"; with {pending} such request{'s' if pending > 1 else ''} pending, "
            f"{len(stopped)} of {asked} other operations failed too: {', '.join(stopped)}"
        )
        severity = Severity.BLOCKER if kind == "hang" and pending == 1 else Severity.MAJOR
    limit = known_limit(trial)
    if limit is not None and kind == "hang" and not stopped:
        # Somebody chose how long to wait, and nobody else waits with it.
        seen += f"; the call ends by itself after {limit:g} s"
        severity = Severity.MINOR
    settings = {name: value for name, value in trial.scenario.settings.items() if name not in {"hold_s", PLACE}}
    return Judgement(
        status=Status.PROVEN,
        severity=severity,
        title=f"{exchange.operation} waits for a slow dependency for {HOLD_S:g} s or more",
        expected=f"an answer, or an error, within {HOLD_S:g} s (normally it takes {seconds(normal) * 1000:.0f} ms)",
        seen=seen,
        trial=trial.id,
        # Who else fails is not asked again: the request alone is what is replayed.
        scenario=trial.scenario.model_copy(update={"settings": settings, "observe": ()}),
        location=choose(history.location, [e.location for t in (trial, control) for e in outbound(t) if e.location]),
        trials=sum(each.purpose in {HELD, JOINED} for each in history.trials),
        operations=(exchange.operation,),
    )


def _cascade(history: History, trial: Trial) -> tuple[int, list[str], int]:
    """With how few held requests others failed or got no answer in the trial, which (and how), and how many were asked.

    Somebody who answers "unavailable" on purpose has answered.
    """
    usual = {
        exchange.operation
        for control in history.trials
        if control.purpose == CONTROL
        for exchange in of_part(control, PROBE)
        if exchange.done
    }
    rounds: dict[str, list[Exchange]] = {}
    for exchange in of_part(trial, PROBE):
        if exchange.operation in usual:
            rounds.setdefault(exchange.id.partition("-")[0], []).append(exchange)
    for group in rounds.values():
        stopped = {each.operation: _how(each) for each in group if has_stopped(each)}
        if stopped:
            over = max(exchange.ended for exchange in group)
            pending = sum(e.started < group[0].started and e.ended >= over for e in of_part(trial, "attack"))
            return max(1, pending), [f"{name} ({how})" for name, how in stopped.items()], len(group)
    return 0, [], 0


def has_stopped(probe: Exchange) -> bool:
    """Whether a bystander's valid request got no answer, or a server error that nobody gives on purpose."""
    return probe.response is None or probe.response.status == 500


def _how(probe: Exchange) -> str:
    how = f"status {probe.response.status}" if probe.response else "no answer"
    return f"{how} after {seconds(probe):.0f} s"


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
