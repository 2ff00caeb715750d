"""The requests of one actor are spread over two processes of the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments import refusal
from crashworthy.lab.experiments.concurrency.variants import Ground, ground, until_refused
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder
from crashworthy.lab.experiments.workers import knowing, two
from crashworthy.lab.experiments.workers.knowing import Knowing, judge_knowing
from crashworthy.lab.service.failure import StartError
from crashworthy.weaknesses.workers import KNOWN_TO_ONE_PROCESS

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Packages by which processes that one has started share what they hold in memory.
_SHARE_MEMORY = frozenset({"mmap", "multiprocessing", "posix_ipc", "sysv_ipc", "uwsgi"})
_DECLARED = 14.0
_LONGEST_DECLARED = 60.0
_SUSPECTED = 50.0
_OTHER = 6.0
_ESTIMATE_S = 3.2
_STILL_S = 2.5
_LIMIT_S = 30.0
_MOST_DECLARED = 4


class SeveralWorkers(Experiment):
    """Send a request to a second process after the first has served its set-up, and read back from the first."""

    id = "several-workers"
    title = "One actor on two processes"
    weaknesses = (KNOWN_TO_ONE_PROCESS,)
    replay_s = 4.5

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """What is suspected, and the longest ways: one where one process is declared, else a few."""
        declared = lab.workers > 1

        def priority(_: Operation, suspected: bool) -> float:
            if declared:
                return _DECLARED + (_SUSPECTED if suspected else 0.0)
            return _SUSPECTED / 2 if suspected else _OTHER

        found = one_per_operation(
            lab,
            KNOWN_TO_ONE_PROCESS,
            [operation for operation in lab.operations if operation.method in _CHANGING],
            why="may be served by a process that knows nothing of what came before",
            priority=priority,
            estimate_s=_ESTIMATE_S,
        )
        # The longest way leads past most of what a process may know by itself, logins among them.
        by_length = sorted((each for each in found if not each.suspected), key=lambda each: -_length(each, lab))
        longest = [replace(each, priority=max(each.priority, _LONGEST_DECLARED * declared)) for each in by_length[:1]]
        return [
            *(each for each in found if each.suspected),
            *longest,
            *(by_length[1:_MOST_DECLARED] if declared else ()),
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Controls on one of two processes, then the request on the other."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        settings: dict[str, Json] = {
            **handler_settings(lab.operation(candidate.operations[0])),
            knowing.WORKERS: lab.workers,
            knowing.ONE_MEMORY: bool(lab.tree.imports & _SHARE_MEMORY),
        }
        if base is not None:
            try:
                _try(base, recorder, recorder.history(candidate, settings))
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
            except StartError as error:
                recorder.notes.append(f"a second process does not start beside the first: {error.message}")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """See `knowing`."""
        return judge_knowing(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The controls and the spread play again."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None and scenario.attack:
            masks = {key: value for key, value in scenario.settings.items() if key == "masks"}
            once = scenario.model_copy(update={"settings": masks})
            try:
                if len(scenario.attack) > 1:
                    _controls(once.model_copy(update={"attack": scenario.attack[:1]}), recorder)
                    _counts(once, recorder)
                else:
                    _controls(once, recorder)
                    _spread(once, recorder)
            except (OutOfTimeError, StartError):
                recorder.notes.append("the replay did not come to its end")
        return recorder.again(history)


def _try(base: Ground, recorder: Recorder, empty: History) -> None:
    once = Scenario(setup=base.setup, attack=(base.bound(base.steps[0], 1),), observe=base.observe)

    def shown() -> Knowing:
        return Knowing(empty.model_copy(update={"trials": tuple(recorder.trials)}))

    _controls(once, recorder)
    one = shown().one
    if one is None:
        return
    trial = two.play(recorder, _with(once, {two.AWAY: [0]}), knowing.OTHER)
    if shown().lost(trial, one):
        refusal.play(once, recorder)
    if shown().refused(trial) or shown().lost(trial, one):
        two.play(recorder, _with(once, {two.AWAY: [0], two.SETTLE: _STILL_S}), knowing.LATE)
        return
    primed = _with(once, {two.PRIMED: True})
    control = two.play(recorder, primed, knowing.PRIMED_ONE)
    if shown().lost(two.play(recorder, _with(primed, {two.AWAY: [0]}), knowing.PRIMED), control):
        two.play(recorder, _with(primed, {two.AWAY: [0], two.SETTLE: _STILL_S}), knowing.PRIMED_LATE)
    many = until_refused(base)
    two.play(recorder, many, knowing.COUNTED)
    alone = shown().accepted(knowing.COUNTED)
    if alone and 0 < alone[0] < len(many.attack):
        two.play(recorder, many, knowing.COUNTED)
        for _ in range(2):
            two.play(recorder, _with(many, {two.AWAY: _every_other(many)}), knowing.SHARED_OUT)


def _controls(once: Scenario, recorder: Recorder) -> None:
    two.play(recorder, once, knowing.BASELINE, order=())
    two.play(recorder, once, knowing.ONE)
    two.play(recorder, _with(once, {two.IDLE: True}), knowing.ONE)


def _spread(once: Scenario, recorder: Recorder) -> None:
    two.play(recorder, _with(once, {two.AWAY: [0]}), knowing.OTHER)
    two.play(recorder, _with(once, {two.AWAY: [0], two.SETTLE: _STILL_S}), knowing.LATE)


def _counts(many: Scenario, recorder: Recorder) -> None:
    for _ in range(2):
        two.play(recorder, many, knowing.COUNTED)
    for _ in range(2):
        two.play(recorder, _with(many, {two.AWAY: _every_other(many)}), knowing.SHARED_OUT)


def _every_other(scenario: Scenario) -> list[Json]:
    return list(range(1, len(scenario.attack), 2))


def _length(candidate: Candidate, lab: Lab) -> int:
    way = lab.playbook.way(candidate.operations[0])
    return len(way.steps) if way else 0


def _with(scenario: Scenario, settings: dict[str, Json]) -> Scenario:
    return scenario.model_copy(update={"settings": {**scenario.settings, **settings}})
