"""Crash on input: one input of a good request is changed, and the handler fails."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import Ground, ground
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.input.crashes import (
    ALLOWED,
    ATTACK,
    CONTROL,
    INPUT,
    PLAUSIBLE,
    WHAT,
    is_crash,
    judge_crashes,
    root,
)
from crashworthy.lab.experiments.input.scan import Scan, Shot
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.weaknesses.input import CRASH_ON_INPUT

_SUSPECTED = 70.0
_CHANGING = 35.0
_SAFE = 25.0
_ESTIMATE_S = 3.0
_MOST_ROOTS = 10
_AGAIN = 60
_LIMIT_S = 20.0
_RESERVE_S = 5.0


def _priority(operation: Operation, suspected: bool) -> float:
    return _SUSPECTED if suspected else _SAFE if operation.is_safe else _CHANGING


class CrashOnInput(Experiment):
    """Change one input at a time; prove each kind of crash from a fresh state."""

    id = "crash-on-input"
    title = "Good requests with one hostile input"
    weaknesses = (CRASH_ON_INPUT,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every reached operation that takes input."""
        taking_input = [each for each in lab.operations if each.parameters or each.body or not each.is_safe]
        return one_per_operation(
            lab, CRASH_ON_INPUT, taking_input, why="takes input", priority=_priority, estimate_s=_ESTIMATE_S
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Many changes on few copies; then each kind of crash alone on a fresh copy."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        operation = lab.operation(candidate.operations[0])
        if base is not None and operation is not None:
            scan = Scan(base, operation, recorder, reserve_s=_RESERVE_S)
            try:
                _find(base, scan, recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        # A crash is known by where it happens, which need not be the suspected place.
        return recorder.history(candidate).model_copy(update={"location": None})

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return judge_crashes(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """One per root."""
        return judge_crashes(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same request after the same setup."""
        recorder = Recorder(lab, self.id)
        if judgement.scenario is not None:
            try:
                recorder.play(judgement.scenario, ATTACK)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _find(base: Ground, scan: Scan, recorder: Recorder) -> None:
    good = Scenario(setup=base.setup, attack=base.steps)
    control = recorder.play(good, CONTROL)
    if not all(exchange.ok for exchange in control.exchanges):
        return
    scan.run()
    worst: dict[str, Shot] = {}
    for trial, shots in scan.trials:
        for shot in shots:
            if is_crash(shot.exchange, trial.events):
                key = root(shot.exchange, trial).form
                if key not in worst or _weight(shot) > _weight(worst[key]):
                    worst[key] = shot
    for shot in sorted(worst.values(), key=_weight, reverse=True)[:_MOST_ROOTS]:
        recorder.play(Scenario(setup=base.setup, attack=(shot.step,), settings=_settings(shot)), ATTACK)
    _repeat(base, recorder)


def _repeat(base: Ground, recorder: Recorder) -> None:
    """The good request once more, unchanged: values that had to be unique are not any more."""
    step = base.bound(base.steps[0], _AGAIN)
    settings: dict[str, Json] = {INPUT: "the request", WHAT: "sent a second time", ALLOWED: True, PLAUSIBLE: True}
    scenario = Scenario(setup=(*base.setup, step), attack=(step,), settings=settings)
    trial = recorder.play(scenario, "second time")
    if is_crash(of_part(trial, "attack")[-1], trial.events):
        recorder.play(scenario, ATTACK)


def _weight(shot: Shot) -> tuple[bool, bool, bool]:
    """The more likely somebody sends it, the better it shows a fault."""
    mutation = shot.mutation
    return bool(shot.allowed and mutation.plausible), mutation.plausible, not mutation.exotic


def _settings(shot: Shot) -> dict[str, Json]:
    return {
        INPUT: shot.mutation.input,
        WHAT: shot.mutation.what,
        ALLOWED: shot.allowed,
        PLAUSIBLE: shot.mutation.plausible,
    }
