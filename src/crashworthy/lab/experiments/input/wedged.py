"""Wedged by one request: after it, valid requests that worked before fail, and go on failing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from functools import partial

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import Ground, ground
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.input.crashes import INPUT, WHAT
from crashworthy.lab.experiments.input.scan import Scan, Shot, spread
from crashworthy.lab.experiments.input.wedges import AGAIN, ATTACK, CONTROL, failed, failing, judge_wedges
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, Stage, of_part
from crashworthy.lab.traffic.player import Played
from crashworthy.lab.traffic.template import map_texts
from crashworthy.lab.traffic.ways import merge
from crashworthy.weaknesses.input import WEDGED_BY_ONE_REQUEST

TIMES = 16
"""More than the connections of a usual pool (SQLAlchemy: 5 and 10 in reserve)."""

_SUSPECTED = 80.0
_CHANGING = 30.0
_SAFE = 12.0
_ESTIMATE_S = 4.0
_LIMIT_S = 25.0
_RESERVE_S = 6.0
_LOOKER = 5_000
_PROBE_TIMEOUT_S = 2.0
_GIVEN_UP_S = 1.0
"""A bad request need not be answered; the valid ones after it must be."""
_PAUSE_S = 1.0
_MOST_READS = 3
_MOST_WAYS = 3
_MOST_REPEATED = 4
_MOST_SUSPECTS = 3
HASTY = "hasty"
_UNIQUE = re.compile(r"(?<!\$)\$\{unique\}")
_FIRST_OBSERVER = 810_000


def _priority(operation: Operation, suspected: bool) -> float:
    return _SUSPECTED if suspected else _SAFE if operation.is_safe else _CHANGING


class WedgedByOneRequest(Experiment):
    """Send changed requests, once and several times, and see whether the valid ones still work."""

    id = "wedged-by-one-request"
    title = "Valid requests after a bad one"
    weaknesses = (WEDGED_BY_ONE_REQUEST,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every reached operation."""
        return one_per_operation(
            lab,
            WEDGED_BY_ONE_REQUEST,
            lab.operations,
            why="could leave something behind",
            priority=_priority,
            estimate_s=_ESTIMATE_S,
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A control, the changed requests with a look at valid ones in between, then the suspects alone."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        operation = lab.operation(candidate.operations[0])
        if base is not None and operation is not None:
            observe = _observers(base, candidate.operations[0], lab)
            good = Scenario(setup=base.setup, attack=base.steps, observe=observe)
            try:
                control = _play(good, CONTROL, recorder)
                if all(exchange.ok for exchange in of_part(control, "setup")):
                    watch = _Watch(base, observe, control)
                    scan = Scan(base, operation, recorder, watch.look, reserve_s=_RESERVE_S)
                    _find(good, control, scan, watch)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """See `wedges`."""
        return judge_wedges(history)[0]

    def quick(self, scenario: Scenario) -> Scenario:
        """Without the pause."""
        return scenario.model_copy(update={"settings": {**scenario.settings, HASTY: True}})

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The control and the bad request again."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None:
            try:
                # What a harmless play does not need the bad request for: the same reads without it.
                control = _play(scenario.model_copy(update={"attack": ()}), CONTROL, recorder)
                _play(scenario, ATTACK, recorder, control)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


class _Watch:
    """Looks at a few reads after each shot that was accepted or failed, and after a failure at the good request."""

    def __init__(self, base: Ground, observe: Sequence[Step], control: Trial) -> None:
        self._base = base
        works = {exchange.operation for exchange in of_part(control, "observe") if exchange.ok}
        self.reads = tuple(step for step in observe if step.method == "GET" and step.operation in works)[:_MOST_READS]
        self.suspects: list[Shot] = []

    def has_found(self, suspects: int) -> bool:
        """Whether there are as many suspects."""
        return len(self.suspects) >= suspects

    def look(self, stage: Stage, known: Played, shot: Shot) -> bool:
        """Whether the copy is still well; if not, the shot is a suspect."""
        response = shot.exchange.response
        if response is not None and 400 <= response.status < 500:
            return True
        well = stage.instance.alive()
        if well:
            looking = list(self.reads)
            if response is None or response.status >= 500:
                looking.append(self._base.bound(self._base.steps[0], _LOOKER + len(stage.exchanges)))
            for step in looking:
                (seen,) = stage.player.play((step,), "probe", known.variables).exchanges
                stage.exchanges.append(seen)
                well = not failed(seen)
                if not well:
                    break
        if not well:
            self.suspects.append(shot)
        return well


def _observers(base: Ground, operation: str, lab: Lab) -> tuple[Step, ...]:
    """Valid requests to make afterwards: reads of what the setup made, then whole ways of new identities."""
    reads = [step for step in base.observe if step.operation != operation][:_MOST_READS]
    own = lab.playbook.way(operation)
    others = sorted(
        (way for way in lab.playbook.ways if way.operation != operation and len(way.steps) < 6),
        key=lambda way: (way.steps[-1].method == "GET", len(way.steps)),
    )
    ways: list[Way] = [*([own] if own else []), *others[:_MOST_WAYS]]
    return (*reads, *_newcomer(merge(ways).steps))


def _newcomer(steps: Iterable[Step], number: int = 0) -> tuple[Step, ...]:
    """The steps with texts of their own, so that they meet nothing that is there already."""

    def text(value: str) -> str:
        return _UNIQUE.sub(str(_FIRST_OBSERVER + number), value)

    return tuple(map_texts(step, text) for step in steps)


def _repeaters(scan: Scan) -> list[Shot]:
    """One changed request of each kind of refusal: it may leave something behind each time."""

    def kind(shot: Shot) -> Json:
        return [_status(shot), shot.mutation.input.split(" ")[0]]

    refused = [shot for _, shots in scan.trials for shot in shots if not shot.exchange.ok]
    return spread(sorted(refused, key=lambda shot: -_status(shot)), kind, _MOST_REPEATED)


def _status(shot: Shot) -> int:
    return shot.exchange.response.status if shot.exchange.response else 999


def _find(good: Scenario, control: Trial, scan: Scan, watch: _Watch) -> None:
    """Scan, play each suspect alone as soon as it is one; then those that may add up, several times."""
    for tried in range(_MOST_SUSPECTS):
        scan.run(enough=partial(watch.has_found, tried + 1))
        if not watch.has_found(tried + 1):
            break
        if _wedges(good, control, watch.suspects[tried], 1, scan.recorder):
            return
    for shot in _repeaters(scan):
        if _wedges(good, control, shot, TIMES, scan.recorder):
            return


def _wedges(good: Scenario, control: Trial, shot: Shot, times: int, recorder: Recorder) -> bool:
    """Whether valid requests fail after the changed one alone."""
    settings: dict[str, Json] = {INPUT: shot.mutation.input, WHAT: shot.mutation.what}
    scenario = good.model_copy(update={"attack": (shot.step,) * times, "settings": settings})
    return bool(failing(_play(scenario, ATTACK, recorder, control), control))


def _play(scenario: Scenario, purpose: str, recorder: Recorder, control: Trial | None = None) -> Trial:
    """Setup, attack (given up when it is not answered), valid requests, and the failing ones again after a pause."""
    with recorder.copy(scenario, purpose, timeout_s=_PROBE_TIMEOUT_S) as stage:
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        for step in scenario.attack:
            (answer,) = stage.player.play((step,), "attack", known.variables, timeout_s=_GIVEN_UP_S).exchanges
            stage.exchanges.append(answer)
            if answer.response is None:
                break
        variables = known.variables
        suspicious: list[Step] = []
        for index, step in enumerate(scenario.observe):
            valid = stage.player.play((step,), "observe", variables)
            stage.exchanges += valid.exchanges
            variables = valid.variables
            if failed(valid.exchanges[0]) and _worked(control, index):
                suspicious.append(step)
            # One request that is not answered is enough, and another would cost as much time again.
            if suspicious and valid.exchanges[0].response is None:
                break
        if suspicious:
            time.sleep(0 if scenario.settings.get(HASTY) else _PAUSE_S)
            stage.exchanges += stage.player.play(suspicious, AGAIN, variables).exchanges
    return recorder.keep(stage)


def _worked(control: Trial | None, index: int) -> bool:
    observed = of_part(control, "observe") if control else ()
    return index < len(observed) and observed[index].ok
