"""One instant, written with two offsets, is one deadline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.compared import unproven
from crashworthy.lab.experiments.concurrency.variants import ground_of
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.places import handler_of, handler_settings
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.weaknesses.time import OFFSET_IGNORED

AHEAD = "ahead, in UTC"
PASSED = "passed, in UTC"
AHEAD_WEST = "ahead, in the west"
PASSED_EAST = "passed, in the east"

_ENDS = re.compile(r"expir|until|deadline|valid_?to|ends?(_|$)|close|due|before", re.IGNORECASE)
_REFUSED = range(400, 500)
_AWAY_H = 9
_HOUR_S = 3600
_CASES: tuple[tuple[str, int, int], ...] = (
    (AHEAD, _HOUR_S, 0),
    (PASSED, -_HOUR_S, 0),
    (AHEAD_WEST, _HOUR_S, -_AWAY_H),
    (PASSED_EAST, -_HOUR_S, _AWAY_H),
    (AHEAD, _HOUR_S, 0),
)
_PRIORITY = 26.0
_ESTIMATE_S = 1.2


class Deadlines(Experiment):
    """Give what a request uses a deadline, an hour ahead and an hour ago, in UTC and far from it."""

    id = "deadlines"
    title = "Deadlines in several time zones"
    weaknesses = (OFFSET_IGNORED,)
    replay_s = 1.5

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations on a way to which something is made that takes a deadline."""
        suspected = {name for each in lab.suspicions if each.weakness == OFFSET_IGNORED.id for name in each.operations}
        return [
            Candidate(
                OFFSET_IGNORED,
                (operation.name,),
                f"{maker} takes a deadline, {field}",
                priority=_PRIORITY * (2 if operation.name in suspected else 1),
                estimate_s=_ESTIMATE_S,
            )
            for operation in lab.operations
            if not operation.is_safe
            for maker, field in [*_deadlines(lab.playbook.rich(operation.name), lab)][:1]
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """The deadline an hour ahead and passed, in both notations, and the first once more."""
        recorder = Recorder(lab, self.id)
        settings = handler_settings(lab.operation(candidate.operations[0]))
        way = lab.playbook.rich(candidate.operations[0])
        base = ground_of([way], lab.playbook, lab.operations) if way else None
        for maker, field in [*_deadlines(way, lab)][:1]:
            if base is not None:
                deadline: dict[str, Json] = {"operation": maker, "field": field}
                once = Scenario(setup=base.setup, attack=base.steps, settings={clock.DEADLINE: deadline})
                _play(once, recorder)
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """Accepted ahead and refused passed in UTC, and otherwise in another notation."""
        ahead = [_used(trial) for trial in history.trials if trial.purpose == AHEAD]
        passed = [_used(trial) for trial in history.trials if trial.purpose == PASSED]
        if len(ahead) < 2 or not all(each is not None and each.done for each in ahead) or not passed:
            return unproven(history, Status.UNKNOWN, "it was not accepted before its deadline")
        if passed[0] is None or _status(passed[0]) not in _REFUSED:
            return unproven(history, Status.HELD, "no deadline in UTC makes a difference")
        for trial in history.trials:
            used = _used(trial) if trial.purpose in (AHEAD_WEST, PASSED_EAST) else None
            early = trial.purpose == AHEAD_WEST
            if used is None or (_status(used) != _status(passed[0]) if early else not used.ok):
                continue
            field, text = _given(trial)
            as_utc = f"{_status(ahead[0])}, as" if early and ahead[0] is not None else f"{_status(passed[0])}, as"
            return Judgement(
                status=Status.PROVEN,
                severity=OFFSET_IGNORED.severity,
                title=f"{history.operations[0]} drops the time zone of {field}",
                expected=f"{as_utc} with the same instant written with offset +00:00",
                seen=f"{_status(used)} with {field} {text}, an hour {'ahead' if early else 'ago'}",
                trial=trial.id,
                scenario=trial.scenario,
                location=history.location or handler_of(history),
                trials=len(history.trials),
                root="offset",
            )
        return unproven(history, Status.HELD, "a deadline is the same in every notation")

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """All of it again."""
        recorder = Recorder(lab, self.id)
        if judgement.scenario is not None and judgement.scenario.attack:
            _play(judgement.scenario, recorder)
        return recorder.again(history)


def _play(once: Scenario, recorder: Recorder) -> None:
    given = once.settings.get(clock.DEADLINE)
    assert isinstance(given, dict)
    try:
        for purpose, ahead_s, offset_h in _CASES:
            deadline: dict[str, Json] = {**given, "ahead_s": ahead_s, "offset_h": offset_h}
            trial = clock.play(recorder, once.model_copy(update={"settings": {clock.DEADLINE: deadline}}), purpose)
            used = _used(trial)
            if purpose == PASSED and used is not None and used.done:
                return  # nobody looks at the deadline
    except OutOfTimeError:
        recorder.notes.append("the time ended before all was tried")


def _deadlines(way: Way | None, lab: Lab) -> Iterator[tuple[str, str]]:
    """What the way makes with a deadline: the operation that makes it, and the field."""
    for step in way.steps[:-1] if way else ():
        operation = lab.operation(step.operation)
        if operation is not None and not operation.is_safe and isinstance(step.body, dict):
            yield from ((operation.name, field) for field in _fields(operation))


def _fields(operation: Operation) -> Iterator[str]:
    properties = operation.body.data_schema.get("properties") if operation.body else None
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        if _ENDS.search(name) and "date-time" in json.dumps(schema):
            yield name


def _used(trial: Trial) -> Exchange | None:
    """The request that the deadline is for, where what it uses was made."""
    if trial.crashed or not all(exchange.done for exchange in of_part(trial, "setup")):
        return None
    return next(iter(of_part(trial, "attack")), None)


def _given(trial: Trial) -> tuple[str, str]:
    """The field and the text that was sent in it."""
    deadline = trial.scenario.settings.get(clock.DEADLINE)
    field = str(deadline.get("field")) if isinstance(deadline, dict) else ""
    bodies = [exchange.request.body or "" for exchange in of_part(trial, "setup")]
    found = (re.search(rf'"{re.escape(field)}":\s*"([^"]+)"', body) for body in bodies)
    return field, next((match[1] for match in found if match), "")


def _status(exchange: Exchange | None) -> int | None:
    return exchange.response.status if exchange and exchange.response else None
