"""The service is killed, stopped and torn out of its writing, and started again on what it left behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments import episode, refusal
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.durability import survival
from crashworthy.lab.experiments.durability.survival import Survival, judge_survival
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.partial.points import steps
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.testbed import Capability
from crashworthy.weaknesses.durability import LOST_AT_RESTART, TORN_FILE

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SUSPECTED = 70.0
_POST = 18.0
_OTHER = 6.0
_ESTIMATE_S = 5.5
_WAITS_S = 2.5
_LIMIT_S = 30.0
_SETTLE_S = 0.6
_STILL_S = 3.0
_MOST_FILES = 2


class Restart(Experiment):
    """Make acknowledged requests, end the process, start it again, and read back."""

    id = "restart"
    title = "What is there after a restart"
    weaknesses = (LOST_AT_RESTART, TORN_FILE)
    replay_s = 7.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every reached operation that changes something."""

        def priority(operation: Operation, suspected: bool) -> float:
            return _SUSPECTED if suspected else _POST if operation.method == "POST" else _OTHER

        found = one_per_operation(
            lab,
            LOST_AT_RESTART,
            [operation for operation in lab.operations if operation.method in _CHANGING],
            why="may be lost at a restart",
            priority=priority,
            estimate_s=_ESTIMATE_S,
        )
        return [replace(candidate, waits_s=_WAITS_S, also=(TORN_FILE,)) for candidate in found]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Controls, a restart before the requests, and restarts after them."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        settings = handler_settings(lab.operation(candidate.operations[0]))
        if base is not None:
            attack = [base.bound(base.steps[0], number) for number in (1, 2)]
            # What is the same request may be refused the second time, and so may a change of what was read before.
            several = attack if attack[0] != attack[1] else attack[:1]
            scenario = Scenario(setup=base.setup, attack=tuple(several), observe=base.observe)
            try:
                if len(several) > 1 and not _all_accepted(episode.play(recorder, scenario, survival.PROBE)):
                    scenario = scenario.model_copy(update={"attack": scenario.attack[:1]})
                _try(scenario, recorder, recorder.history(candidate, settings))
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """See `survival`."""
        return judge_survival(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """What was lost, and what a torn file took along."""
        return judge_survival(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The controls and the restart again."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None and scenario.attack:
            masks = {key: value for key, value in scenario.settings.items() if key == "masks"}
            plain = scenario.model_copy(update={"settings": masks})
            try:
                _controls(plain, recorder)
                if episode.FAULT in scenario.settings:
                    _torn_controls(plain, recorder)
                    episode.play(recorder, scenario, survival.TORN)
                else:
                    for purpose in (survival.ENDED, survival.STILL):
                        episode.play(recorder, scenario, purpose)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _try(scenario: Scenario, recorder: Recorder, empty: History) -> None:
    def shown() -> Survival:
        return Survival(empty.model_copy(update={"trials": tuple(recorder.trials)}))

    _controls(scenario, recorder)
    if shown().keeps_setup is False:
        refusal.play(scenario, recorder)
    control = shown().done
    if control is None or not shown().full or shown().keeps_setup is not True:
        return
    torn = list(_torn(scenario, control, recorder))
    if torn:
        _torn_controls(torn[0].model_copy(update={"settings": scenario.settings}), recorder)
    for each in torn:
        if shown().torn(episode.play(recorder, each, survival.TORN)):
            break
    for number in (signal.SIGKILL, signal.SIGTERM):
        ended = _with(scenario, {episode.END: int(number), episode.SETTLE: _SETTLE_S})
        trial = episode.play(recorder, ended, survival.ENDED)
        if shown().lost(trial):
            refusal.play(scenario, recorder)
        if shown().lost(trial):
            episode.play(recorder, _with(ended, {episode.SETTLE: _STILL_S}), survival.STILL)


def _controls(scenario: Scenario, recorder: Recorder) -> None:
    """None of the requests; all of them and what they set off, twice; and none of them with a restart."""
    episode.play(recorder, scenario, survival.BASELINE, order=())
    for _ in range(2):
        episode.play(recorder, _with(scenario, {episode.SETTLE: _SETTLE_S}), survival.SETTLED)
    episode.play(recorder, _with(scenario, {episode.END: int(signal.SIGKILL)}), survival.EMPTY, order=())


def _torn_controls(scenario: Scenario, recorder: Recorder) -> None:
    episode.play(recorder, scenario, survival.BEFORE_TORN, order=())
    episode.play(recorder, scenario, survival.AFTER_WHOLE)


def _torn(scenario: Scenario, control: Trial, recorder: Recorder) -> Iterator[Scenario]:
    if Capability.FAULTS not in recorder.lab.testbed.capabilities:
        return
    numbers = [step.number for step in steps(control) if step.kind == "file"]
    for number in numbers[:_MOST_FILES]:
        # One request belongs to the set-up, so that the file holds something that was acknowledged.
        alone = scenario.model_copy(
            update={"setup": (*scenario.setup, scenario.attack[-1]), "attack": scenario.attack[:1]}
        )
        yield _with(alone, {episode.FAULT: {"step": number, "how": "tear"}})


def _all_accepted(trial: Trial) -> bool:
    return all(exchange.done for exchange in of_part(trial, "attack"))


def _with(scenario: Scenario, settings: dict[str, Json]) -> Scenario:
    return scenario.model_copy(update={"settings": {**scenario.settings, **settings}})
