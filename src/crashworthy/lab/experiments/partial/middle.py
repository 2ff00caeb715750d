"""A request breaks off at each lasting step: a write that fails, a process that dies, an answer that is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import DependencyFault, Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments import episode, refusal
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.effects import calls
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.partial import halves, left_behind
from crashworthy.lab.experiments.partial.halves import Breaks, judge_halves
from crashworthy.lab.experiments.partial.points import deaths, failures, interrupted, recorded_before_call, steps
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder
from crashworthy.lab.testbed import Capability
from crashworthy.weaknesses.durability import LEFT_LOCKED
from crashworthy.weaknesses.partial import HALF_DONE, UNRECORDED_CALL

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SUSPECTED = 80.0
_POST = 22.0
_OTHER = 14.0
_ESTIMATE_S = 1.5
_LIMIT_S = 30.0
_LATE_S = 1.1
_AFTER_DEATH_S = 0.2
_STILL_S = 2.5
_MOST_FAILURES = 8
_MOST_DEATHS = 3
_MOST_AGAIN = 2
# What the driver sends as means of payment, and others that payment providers' own tests know.
_OTHER_MEANS: dict[str, Json] = {
    "tok_visa": "tok_mastercard",
    "4242424242424242": "5555555555554444",
    "DE89370400440532013000": "FR1420041010050500013M02606",
}


class BrokenInTheMiddle(Experiment):
    """Break a request off at every lasting step that the sensor saw, and read back what is left of it."""

    id = "broken-in-the-middle"
    title = "Requests that break off in the middle"
    weaknesses = (HALF_DONE, UNRECORDED_CALL, LEFT_LOCKED)
    needs = frozenset({Capability.REQUESTS, Capability.FAULTS})
    replay_s = 5.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every reached operation that changes something."""

        def priority(operation: Operation, suspected: bool) -> float:
            return _SUSPECTED if suspected else _POST if operation.method == "POST" else _OTHER

        changing = [operation for operation in lab.operations if operation.method in _CHANGING]
        calling = {name for each in lab.suspicions if each.weakness == UNRECORDED_CALL.id for name in each.operations}
        return [
            replace(candidate, also=self.weaknesses)
            for weakness in (UNRECORDED_CALL, HALF_DONE)
            for candidate in one_per_operation(
                lab,
                weakness,
                [operation for operation in changing if (operation.name in calling) is (weakness is UNRECORDED_CALL)],
                why="may break off in the middle",
                priority=priority,
                estimate_s=_ESTIMATE_S,
            )
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Controls, then one play for each step at which it could break off."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        settings = {**handler_settings(lab.operation(candidate.operations[0])), **left_behind.tidied_by(lab.tree)}
        if base is not None:
            once = Scenario(setup=base.setup, attack=(base.bound(base.steps[0], 1),), observe=base.observe)
            try:
                _try(once, recorder, recorder.history(candidate, settings))
            except OutOfTimeError:
                recorder.notes.append("the time ended before every step was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return self.judgements(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """What was left half done, what was forgotten, and what is held up for ever; what is proven first."""
        found = [*judge_halves(history), *left_behind.judge_left_behind(history)]
        return sorted(found, key=lambda each: each.status is not Status.PROVEN)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The controls and the break again."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None and scenario.attack:
            masks = {key: value for key, value in scenario.settings.items() if key == "masks"}
            once = scenario.model_copy(update={"attack": scenario.attack[:1], "faults": (), "settings": masks})
            try:
                _controls(once, recorder)
                if clock.LATER in scenario.settings:
                    _late(once, recorder)
                    left_behind.play_again(scenario, recorder)
                    left_behind.play_controls(scenario, recorder)
                elif judgement.weakness == LEFT_LOCKED.id:
                    episode.play(recorder, scenario, halves.BROKEN)
                    left_behind.play_unbroken(once, recorder)
                elif len(scenario.attack) > 1 or scenario.faults:
                    episode.play(recorder, scenario, halves.CALLED)
                else:
                    episode.play(recorder, scenario, halves.BROKEN)
                    episode.play(recorder, scenario, halves.STILL)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _try(once: Scenario, recorder: Recorder, empty: History) -> None:
    _controls(once, recorder)

    def shown() -> Breaks:
        return Breaks(empty.model_copy(update={"trials": tuple(recorder.trials)}))

    control = shown().once
    if control is None:
        return
    for scenario in _forgotten(once, control):
        trial = episode.play(recorder, scenario, halves.CALLED)
        if trial in shown().of(halves.CALLED) and shown().unrecorded(trial):
            _late(once, recorder)
            break
    can_shift = Capability.CLOCK in recorder.lab.testbed.capabilities
    found = steps(control)
    interrupting = [
        {"step": step.number, "how": how}
        for step in found
        for how in ("fail", "die")
        if step.number is not None and interrupted(found, step.number)
    ]
    for scenario in _breaks(once, control):
        trial = episode.play(recorder, scenario, halves.BROKEN)
        if left_behind.start_failed(trial):
            left_behind.play_unbroken(once, recorder)
            break
        if trial in shown().of(halves.BROKEN) and shown().half(trial):
            episode.play(recorder, _with(scenario, {episode.SETTLE: _STILL_S}), halves.STILL)
            _late(once, recorder)
            if shown().half(trial):
                break
        fault = trial.scenario.settings.get(episode.FAULT)
        tried = [each for each in recorder.trials if each.purpose == left_behind.STUCK and _how(each) == _how(trial)]
        if can_shift and fault in interrupting and len(tried) < _MOST_AGAIN and trial in shown().of(halves.BROKEN):
            if left_behind.is_refused_again(left_behind.play_again(scenario, recorder)):
                _late(once, recorder)
                left_behind.play_controls(scenario, recorder)
            if left_behind.judge_left_behind(shown().history):
                break


def _how(trial: Trial) -> object:
    fault = trial.scenario.settings.get(episode.FAULT)
    return fault.get("how") if isinstance(fault, dict) else None


def _controls(once: Scenario, recorder: Recorder) -> None:
    episode.play(recorder, once, halves.BASELINE, order=())
    for _ in range(2):
        episode.play(recorder, once, halves.ONCE)


def _late(once: Scenario, recorder: Recorder) -> None:
    if not any(trial.purpose == halves.LATE for trial in recorder.trials):
        refusal.play(once, recorder)
        episode.play(recorder, _with(once, {episode.SETTLE: _LATE_S}), halves.LATE)


def _breaks(once: Scenario, control: Trial) -> list[Scenario]:
    """Failing steps first: they need no restart."""
    found = steps(control)
    failing = [_broken(once, number, "fail") for number in failures(found)[:_MOST_FAILURES]]
    dying = [_broken(once, number, "die") for number in deaths(found)[:_MOST_DEATHS]]
    return [*failing, *(_with(scenario, {episode.SETTLE: _AFTER_DEATH_S}) for scenario in dying)]


def _forgotten(once: Scenario, control: Trial) -> list[Scenario]:
    """Breaks after a call that took effect, followed by the same request again."""
    made = calls(control)
    if not made or recorded_before_call(control):
        return []
    found = steps(control)
    after = [step.number for step in found if step.number is not None and step.at > made[0].at]
    twice = once.model_copy(update={"attack": once.attack * 2})
    step = once.attack[0]
    # Who fails to pay by one card tries another: a key that holds the card is another key then.
    otherwise = [once.model_copy(update={"attack": (step, other)}) for other in _by_other_means(step)]
    lost = [
        scenario.model_copy(update={"faults": (DependencyFault(host=made[0].host, kind="lost"),)})
        for scenario in (twice, once, *otherwise)
    ]
    broken = [_broken(twice, number, "die") for number in after[:1]]
    return [*broken, *lost]


def _by_other_means(step: Step) -> list[Step]:
    """The step paying by another card or account, where it says by which."""
    body = step.body if isinstance(step.body, dict) else {}
    other = {
        name: _OTHER_MEANS[value] for name, value in body.items() if isinstance(value, str) and value in _OTHER_MEANS
    }
    return [step.model_copy(update={"body": {**body, **other}})] if other else []


def _broken(scenario: Scenario, number: int, how: str) -> Scenario:
    return _with(scenario, {episode.FAULT: {"step": number, "how": how}})


def _with(scenario: Scenario, settings: dict[str, Json]) -> Scenario:
    return scenario.model_copy(update={"settings": {**scenario.settings, **settings}})
