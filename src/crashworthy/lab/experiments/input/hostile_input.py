"""Hostile input: one input of a good request is changed. Does the handler fail, and do valid requests still work?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History, Trial
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
from crashworthy.lab.experiments.input.wedge_trials import (
    HASTY,
    find_wedges,
    observers,
    play_the_largest,
    play_wedge,
    play_what_json_lacks,
    repeat_refused,
)
from crashworthy.lab.experiments.input.wedges import PLACE, WEDGE, is_unreadable, judge_wedges
from crashworthy.lab.experiments.kept import KeptSetups
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.weaknesses.input import CRASH_ON_INPUT, WEDGED_BY_ONE_REQUEST

_SUSPECTED = 80.0
_CHANGING = 60.0
_SAFE = 45.0
_ESTIMATE_S = 3.5
_MOST_ROOTS = 10
_AGAIN = 60
_LIMIT_S = 30.0
_RESERVE_S = 6.0
_WORTH_KEEPING_S = 0.15


class HostileInput(Experiment):
    """Send changed requests, look at valid ones in between, and prove each kind of failure from a fresh state."""

    id = "hostile-input"
    title = "Good requests with one hostile input"
    weaknesses = (CRASH_ON_INPUT, WEDGED_BY_ONE_REQUEST)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every reached operation that takes input or changes something."""
        taking_input = [each for each in lab.operations if each.parameters or each.body or not each.is_safe]
        crashes, wedges = (
            one_per_operation(
                lab, weakness, taking_input, why="takes input", priority=_priority, estimate_s=_ESTIMATE_S
            )
            for weakness in self.weaknesses
        )
        return [
            replace(wedge if wedge.suspected else crash, weakness=CRASH_ON_INPUT, also=(WEDGED_BY_ONE_REQUEST,))
            for crash, wedge in zip(crashes, wedges, strict=True)
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Many changes on few copies; then each kind of crash, and what may have wedged the service, alone."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S, kept=KeptSetups(lab.testbed))
        base = ground(candidate.operations, lab.playbook, lab.operations)
        operation = lab.operation(candidate.operations[0])
        try:
            if base is not None and operation is not None:
                _try(base, operation, recorder)
        except OutOfTimeError:
            recorder.notes.append("the time ended before all was tried")
        finally:
            if recorder.kept is not None:
                recorder.kept.forget()
        # A crash is known by where it happens, which need not be the suspected place.
        place: dict[str, Json] = {PLACE: candidate.location.model_dump(mode="json")} if candidate.location else {}
        return recorder.history(candidate, place).model_copy(update={"location": None})

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return self.judgements(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """One per root of crashes, and one of wedges."""
        found = [
            *(each.model_copy(update={"weakness": WEDGED_BY_ONE_REQUEST.id}) for each in judge_wedges(history)),
            *(each.model_copy(update={"weakness": CRASH_ON_INPUT.id}) for each in judge_crashes(history)),
        ]
        return sorted(found, key=lambda each: -(each.severity.rank if each.severity else -1))

    def quick(self, scenario: Scenario) -> Scenario:
        """Without the pause."""
        return scenario.model_copy(update={"settings": {**scenario.settings, HASTY: True}})

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same request after the same set-up; for a wedge, the valid requests without it and after it."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        try:
            if scenario is not None and (judgement.weakness or history.weakness) == WEDGED_BY_ONE_REQUEST.id:
                control = play_wedge(scenario.model_copy(update={"attack": ()}), CONTROL, recorder)
                play_wedge(scenario, WEDGE, recorder, control)
            elif scenario is not None:
                recorder.play(scenario, ATTACK)
        except OutOfTimeError:
            recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _priority(operation: Operation, suspected: bool) -> float:
    return _SUSPECTED if suspected else _SAFE if operation.is_safe else _CHANGING


def _try(base: Ground, operation: Operation, recorder: Recorder) -> None:
    observe = observers(base, operation.name, recorder.lab)
    good = Scenario(setup=base.setup, attack=base.steps, observe=observe)
    control = play_wedge(good, CONTROL, recorder)
    if not all(exchange.done for part in ("setup", "attack") for exchange in of_part(control, part)):
        return
    _rely_on_kept(good, control, recorder)
    works = [
        step
        for step, seen in zip(observe, of_part(control, "observe"), strict=False)
        if seen.ok and not is_unreadable(seen)
    ]
    reads = [step for step in base.observe if step in works]
    scan = Scan(base, operation, recorder, reads, reserve_s=min(_RESERVE_S, recorder.left() / 2))
    find_wedges(good, control, scan)
    _prove_crashes(base, scan, recorder)
    _repeat(base, recorder)
    if not scan.wedged:
        play_what_json_lacks(good, control, scan)
        play_the_largest(good, control, scan)
        repeat_refused(good, control, scan)


def _rely_on_kept(good: Scenario, control: Trial, recorder: Recorder) -> None:
    """Use the state after a slow set-up when the good request is answered alike from there.

    What the service has in its memory only is missing there: proofs are replayed without.
    """
    kept = recorder.kept.untried(good.setup) if recorder.kept else None
    if recorder.kept is None or kept is None:
        return
    if kept.seconds < _WORTH_KEEPING_S:
        recorder.kept.trust(kept, is_whole=False)
        return
    plain = good.model_copy(update={"observe": ()})
    again = recorder.play(plain, CONTROL, start=kept)
    is_whole = _statuses(again) == _statuses(control)
    recorder.kept.trust(kept, is_whole=is_whole)
    if not is_whole:
        recorder.drop(again)


def _statuses(trial: Trial) -> list[int | None]:
    return [exchange.response.status if exchange.response else None for exchange in of_part(trial, "attack")]


def _prove_crashes(base: Ground, scan: Scan, recorder: Recorder) -> None:
    """Play one of each form of crash alone: the one that somebody would most likely send."""
    worst: dict[str, Shot] = {}
    for trial, shots in scan.trials:
        for shot in shots:
            if is_crash(shot.exchange, trial.events):
                key = root(shot.exchange, trial).form
                if key not in worst or _weight(shot) > _weight(worst[key]):
                    worst[key] = shot
    for shot in sorted(worst.values(), key=_weight, reverse=True)[:_MOST_ROOTS]:
        recorder.play(Scenario(setup=base.setup, attack=(shot.step,), settings=_settings(shot)), ATTACK)


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
