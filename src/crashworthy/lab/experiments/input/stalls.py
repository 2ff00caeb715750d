"""The judge of stalls: is a valid request answered after many at once, which were all answered one after another?

A service that refuses a crowd on purpose (429, 503) is well, and so is one that is slow while the crowd is there: the
request that counts is made after the crowd has gone, and after the time that its work takes thrice.
"""

from __future__ import annotations

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.input.crashes import innermost
from crashworthy.lab.experiments.trial import of_part

MANY = 100
"""More than the threads of a usual server and the connections of a usual pool together (AnyIO 40, SQLAlchemy 15)."""
HOLD_S = 10.0
SHORT_HOLD_S = 3.0
"""For how long the valid request is watched in a replay, once it was watched for the full time."""

ALONE = "alone"
CONTROL = "control"
BURST = "burst"
AT_ONCE = "at_once"
FEWER = "fewer_alone"
"""Setting: how many of the requests are made one after another, where all of them were before."""

SLEEP_MS = "sleep_ms"
"""Setting: by how many milliseconds at most each statement of the crowd takes longer."""

_TOLERANCE_S = 0.05
_TOO_MANY = 429


def hold_s(scenario: Scenario) -> float:
    """For how long the valid request must stay unanswered."""
    value = scenario.settings.get("hold_s", HOLD_S)
    return float(value) if isinstance(value, int | float) else HOLD_S


def alone_count(scenario: Scenario) -> int:
    """How many requests are to be answered one after another."""
    value = scenario.settings.get(FEWER, MANY)
    return value if isinstance(value, int) else MANY


def taken_alone_s(control: Trial) -> float | None:
    """How long all the requests take one after another, by those that were made; None when one was not answered."""
    alone, count = of_part(control, "attack"), alone_count(control.scenario)
    if len(alone) < count or not all(exchange.done for exchange in alone):
        return None
    return (alone[-1].ended - alone[0].started) * MANY / count


def waits_in_vain(trial: Trial) -> bool:
    """Whether the valid request after the crowd got no answer for the whole time, or a server error twice."""
    answers = of_part(trial, "observe")
    if not answers or trial.crashed:
        return False
    if answers[-1].response is None:
        return longest_s(trial) >= hold_s(trial.scenario) - _TOLERANCE_S
    return len(answers) > 1 and all(each.response is not None and each.response.status == 500 for each in answers)


def longest_s(trial: Trial) -> float:
    """How long the slowest valid request after the crowd took."""
    return max((each.ended - each.started for each in of_part(trial, "observe")), default=0.0)


def judge_stalls(history: History) -> Judgement:
    """PROVEN when the requests are all answered alone, and a valid one after the crowd waits in vain."""
    control = next((trial for trial in history.trials if trial.purpose == CONTROL), None)
    burst = next((trial for trial in history.trials if trial.purpose == BURST), None)

    def unproven(status: Status, why: str) -> Judgement:
        return Judgement(status=status, why="; ".join([why, *history.notes]), trials=len(history.trials))

    taken_s = taken_alone_s(control) if control else None
    braked_after = _braked_after(control) if control else None
    if braked_after is not None:
        return unproven(Status.HELD, f"no crowd gets in: after {braked_after} requests the next is refused (429)")
    if taken_s is None:
        return unproven(Status.UNKNOWN, f"{MANY} requests one after another were not all answered")
    if burst is None:
        return unproven(Status.UNKNOWN, "the requests were not made at once")
    crowd = of_part(burst, "attack")
    answered = sum(exchange.done for exchange in crowd)
    after = of_part(burst, "observe")
    if not waits_in_vain(burst):
        if not after or after[-1].response is None:
            return unproven(Status.UNKNOWN, "no valid request could be made afterwards")
        return unproven(Status.HELD, f"a valid request was answered after {len(crowd)} at once ({answered} answered)")
    last = after[-1]
    how = f"status {last.response.status}" if last.response else f"no answer for {longest_s(burst):.0f} s"
    slept = burst.scenario.settings.get(SLEEP_MS)
    longer = f"; each of their statements took up to {slept} ms longer" if slept else ""
    settings = {name: value for name, value in burst.scenario.settings.items() if name not in {"hold_s", FEWER}}
    return Judgement(
        status=Status.PROVEN,
        severity=Severity.BLOCKER,
        title=f"After {len(crowd)} {last.operation} at once, valid requests wait in vain",
        expected=f"{last.operation} still answered: one after another, {MANY} take {taken_s:.1f} s",
        seen=f"{last.operation}: {how}, after {answered} of {len(crowd)} at once were answered and the others gave up"
        + longer,
        trial=burst.id,
        scenario=burst.scenario.model_copy(update={"settings": settings}),
        location=_place(burst),
        operations=(last.operation,),
        trials=len(history.trials),
    )


def _braked_after(control: Trial) -> int | None:
    """After how many requests, one after another, the service refused to take more so soon (RFC 6585, section 4)."""
    last = next(reversed(of_part(control, "attack")), None)
    if last is None or last.response is None or last.response.status != _TOO_MANY:
        return None
    return len(of_part(control, "attack")) - 1


def _place(burst: Trial) -> Location | None:
    """Where requests of the crowd failed, if any did."""
    raised = (innermost(event) for event in burst.events if event.kind == "exception")
    return next((place for place in raised if place is not None), None)
