"""Ordinary requests on days that come once a month, once a year or every four years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.input.crashes import innermost
from crashworthy.lab.experiments.places import handler_of, handler_settings
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.testbed import Capability
from crashworthy.weaknesses.time import CALENDAR_CRASH

ORDINARY = "an ordinary day"
SPECIAL = "a special day"

_ORDINARY = "ordinary"
_SUSPECTED = 30.0
_CHANGING = 7.0
_ESTIMATE_S = 0.7
_SERVER_ERROR = 500


class CalendarDays(Experiment):
    """Play each way on a leap day, on the last of January, in December, and on ordinary days close by."""

    id = "calendar-days"
    title = "Ordinary requests on special days"
    weaknesses = (CALENDAR_CRASH,)
    needs = frozenset({Capability.REQUESTS, Capability.CLOCK})
    replay_s = 1.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every reached operation that changes something, and others that are suspected."""

        def priority(_: Operation, suspected: bool) -> float:
            return _SUSPECTED if suspected else _CHANGING

        why = "may count on days that a month does not have"
        found = one_per_operation(
            lab, CALENDAR_CRASH, lab.operations, why=why, priority=priority, estimate_s=_ESTIMATE_S
        )
        return [each for each in found if each.suspected or not each.operations[0].startswith("GET ")]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A play on each of the days; where one fails, the ordinary day."""
        recorder = Recorder(lab, self.id)
        settings = handler_settings(lab.operation(candidate.operations[0]))
        base = ground(candidate.operations, lab.playbook, lab.operations)
        if base is not None:
            once = Scenario(setup=base.setup, attack=(base.bound(base.steps[0], 1),))
            try:
                for special, ordinary in special_days(datetime.now(UTC)):
                    days: dict[str, Json] = {clock.AT: special.isoformat(), _ORDINARY: ordinary.isoformat()}
                    scenario = once.model_copy(update={"settings": days})
                    if _failed(clock.play(recorder, scenario, SPECIAL)):
                        _play_ordinary(scenario, recorder)
                        break
            except OutOfTimeError:
                recorder.notes.append("the time ended before all days were tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """A server error out of the service's own code on the one day, and success on the other."""
        special = [trial for trial in history.trials if trial.purpose == SPECIAL]
        fine = [trial for trial in special if _accepted(trial)]
        shown = next((trial for trial in special if _failed(trial)), None)
        ordinary = [trial for trial in history.trials if trial.purpose == ORDINARY]
        if shown is None:
            status = Status.HELD if fine else Status.UNKNOWN
            why = f"answered as ever on {len(fine)} special days" if fine else "its way did not work on other days"
            return Judgement(status=status, why="; ".join([why, *history.notes]), trials=len(history.trials))
        error = _failed(shown)
        if error is None or not ordinary or not all(_accepted(trial) for trial in ordinary):
            return Judgement(status=Status.UNKNOWN, why="it failed on an ordinary day too", trials=len(history.trials))
        day, other = _day(shown, clock.AT), _day(shown, _ORDINARY)
        answer = of_part(ordinary[0], "attack")[0].response
        kind, message = str(error.data.get("type")), str(error.data.get("message"))
        return Judgement(
            status=Status.PROVEN,
            severity=CALENDAR_CRASH.severity,
            title=f"{history.operations[0]} fails on {day:%-d %B}",
            expected=f"{answer.status if answer else 'an answer'}, as on {other:%-d %B %Y}",
            seen=f"a server error on {day:%-d %B %Y}: {kind}: {message}"[:200],
            trial=shown.id,
            scenario=shown.scenario,
            location=innermost(error) or history.location or handler_of(history),
            trials=len(history.trials),
            root=kind,
        )

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """Both days again."""
        recorder = Recorder(lab, self.id)
        if judgement.scenario is not None and judgement.scenario.attack:
            try:
                clock.play(recorder, judgement.scenario, SPECIAL)
                _play_ordinary(judgement.scenario, recorder)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def special_days(now: datetime) -> list[tuple[datetime, datetime]]:
    """Noons in UTC that are still to come: each special day with an ordinary one close by."""
    year = now.year + 1
    leap = next(each for each in range(year, year + 9) if each % 4 == 0 and (each % 100 or each % 400 == 0))

    def noon(year: int, month: int, day: int) -> datetime:
        return datetime(year, month, day, 12, tzinfo=UTC)

    return [
        (noon(leap, 2, 29), noon(leap, 2, 27)),
        (noon(year, 1, 31), noon(year, 1, 14)),
        (noon(year, 12, 14), noon(year, 11, 14)),
    ]


def _play_ordinary(scenario: Scenario, recorder: Recorder) -> None:
    days: dict[str, Json] = {**scenario.settings, clock.AT: scenario.settings[_ORDINARY]}
    for _ in range(2):
        clock.play(recorder, scenario.model_copy(update={"settings": days}), ORDINARY)


def _accepted(trial: Trial) -> bool:
    return not trial.crashed and all(exchange.done for exchange in trial.exchanges)


def _failed(trial: Trial) -> SensorEvent | None:
    """The exception with which the attack ended, where its set-up was as wanted."""
    for exchange in of_part(trial, "attack"):
        if exchange.response is None or exchange.response.status != _SERVER_ERROR:
            continue
        if all(each.done for each in of_part(trial, "setup")):
            raised = (each for each in trial.events if each.kind == "exception" and each.exchange == exchange.id)
            return next((each for each in raised if innermost(each) is not None), None)
    return None


def _day(trial: Trial, name: str) -> datetime:
    return datetime.fromisoformat(str(trial.scenario.settings[name]))
