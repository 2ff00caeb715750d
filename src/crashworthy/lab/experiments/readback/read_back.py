"""What was acknowledged is read back: changed values, by who read them before, and by the next user."""

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
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.readback import reading
from crashworthy.lab.experiments.readback.reading import Readings, judge_readings, object_of, paths_of_object
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.experiments.workers import two
from crashworthy.lab.traffic.template import placeholders
from crashworthy.lab.traffic.ways import as_actor, is_personal, merge
from crashworthy.weaknesses.readback import ANSWER_OF_ANOTHER, STALE_ANSWER, UNSTORED_CHANGE

_CHANGING = frozenset({"PUT", "PATCH", "DELETE", "POST"})
_OF_OBJECT = 18.0
_OTHER = 8.0
_ANOTHER = 20.0
_ESTIMATE_S = 1.1
_STILL_S = 2.5
_LIMIT_S = 20.0
_MOST_READS = 8
_MORE = 1


class ReadBack(Experiment):
    """Change, read; read, change, read; and let one user read after another."""

    id = "read-back"
    title = "What is acknowledged is read back"
    weaknesses = (UNSTORED_CHANGE, STALE_ANSWER, ANSWER_OF_ANOTHER)
    replay_s = 4.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """What changes an object that can be read at an address of its own; and what two users can read."""

        def priority(operation: Operation, _: bool) -> float:
            return _OF_OBJECT if lab.operation(f"GET {operation.path}") is not None else _OTHER

        found = one_per_operation(
            lab,
            STALE_ANSWER,
            [each for each in lab.operations if each.method in _CHANGING and _can_be_read(each, lab)],
            why="may answer what cannot be read back",
            priority=priority,
            estimate_s=_ESTIMATE_S,
        )
        changing = [replace(candidate, also=(UNSTORED_CHANGE,)) for candidate in found]
        reads = tuple(operation.name for operation in lab.operations if _common(operation, lab))[:_MOST_READS]
        if not reads:
            return changing
        why = "two users read the same address"
        return [*changing, Candidate(ANSWER_OF_ANOTHER, reads, why, priority=_ANOTHER, estimate_s=_ESTIMATE_S)]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """The change with and without a read before it; or the second user's reads with and without the first's."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        settings: dict[str, Json] = {}
        try:
            if candidate.weakness == ANSWER_OF_ANOTHER:
                _read_by_two(_of_two_users(candidate.operations, lab), recorder)
            else:
                settings = handler_settings(lab.operation(candidate.operations[0]))
                base = ground(candidate.operations, lab.playbook, lab.operations)
                if base is not None and base.observe:
                    _change(base, recorder, recorder.history(candidate, settings))
        except OutOfTimeError:
            recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """See `reading`."""
        return judge_readings(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """What was not stored, and what was stale."""
        return judge_readings(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The controls and the case that showed it."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None:
            masks = {key: value for key, value in scenario.settings.items() if key == "masks"}
            plain = scenario.model_copy(update={"settings": masks})
            try:
                if judgement.weakness == ANSWER_OF_ANOTHER.id:
                    _read_by_two(plain, recorder)
                else:
                    _controls(plain, recorder)
                    if judgement.weakness == UNSTORED_CHANGE.id:
                        two.play(recorder, _with(plain, {two.SETTLE: _STILL_S}), reading.LATER)
                    else:
                        _play_stale(plain, recorder)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _change(base: Ground, recorder: Recorder, empty: History) -> None:
    plain = Scenario(setup=base.setup, attack=(base.bound(base.steps[0], 1),), observe=base.observe)

    def shown() -> Readings:
        return Readings(empty.model_copy(update={"trials": tuple(recorder.trials)}))

    before = two.play(recorder, plain, reading.BEFORE, order=())
    once = _other_values(plain, before, recorder)
    for _ in range(2):
        two.play(recorder, once, reading.CHANGED)
    changed = shown().changed
    if changed is None:
        return
    if shown().unstored(changed):
        two.play(recorder, _with(once, {two.SETTLE: _STILL_S}), reading.LATER)
    trial = two.play(recorder, _with(once, {two.PRIMED: True}), reading.READ_BEFORE)
    if shown().stale(trial):
        two.play(recorder, _with(once, {two.PRIMED: True, two.SETTLE: _STILL_S}), reading.READ_BEFORE_LATE)


def _controls(once: Scenario, recorder: Recorder) -> None:
    two.play(recorder, once, reading.BEFORE, order=())
    for _ in range(2):
        two.play(recorder, once, reading.CHANGED)


def _play_stale(once: Scenario, recorder: Recorder) -> None:
    two.play(recorder, _with(once, {two.PRIMED: True}), reading.READ_BEFORE)
    two.play(recorder, _with(once, {two.PRIMED: True, two.SETTLE: _STILL_S}), reading.READ_BEFORE_LATE)


def _other_values(plain: Scenario, before: Trial, recorder: Recorder) -> Scenario:
    """The change with values that the object does not have yet; as it is where these are refused."""
    step = plain.attack[0]
    if not isinstance(step.body, dict):
        return plain
    shown = {name for each in of_part(before, "observe") if each.ok and each.response
             for name in object_of(each.response.body)}  # fmt: skip
    body = {name: _another(value) if name in shown else value for name, value in step.body.items()}
    if body == step.body:
        return plain
    other = plain.model_copy(update={"attack": (step.model_copy(update={"body": body}),)})
    played = two.play(recorder, other, reading.PROBE)
    return other if all(exchange.done for exchange in of_part(played, "attack")) else plain


def _another(value: Json) -> Json:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + _MORE
    return f"{value}x" if isinstance(value, str) and "${" not in value else value


def _can_be_read(operation: Operation, lab: Lab) -> bool:
    reads = {f"GET {path}" for path in paths_of_object(operation.path)}
    return bool(reads & lab.playbook.reached)


def _common(operation: Operation, lab: Lab) -> bool:
    """Whether two users of their own can read the same address."""
    way = lab.playbook.way(operation.name, "A")
    if operation.method != "GET" or way is None or len(way.steps) < 2 or not is_personal(way.steps):
        return False
    return not any(f"${{{name}}}" in way.steps[-1].path for name in placeholders(way.steps[-1]))


def _of_two_users(names: Sequence[str], lab: Lab) -> Scenario:
    """The first user's reads as the attack, the second's as what is read back."""
    ways = [way for name in names if (way := lab.playbook.way(name, "A")) is not None]
    merged = merge(each for way in ways for each in (way, as_actor(way, "B")))
    return Scenario(setup=merged.setup, attack=merged.last[0::2], observe=merged.last[1::2])


def _read_by_two(scenario: Scenario, recorder: Recorder) -> None:
    for _ in range(2):
        two.play(recorder, scenario, reading.OWN, order=())
    two.play(recorder, scenario, reading.AFTER_ANOTHER)


def _with(scenario: Scenario, settings: dict[str, Json]) -> Scenario:
    return scenario.model_copy(update={"settings": {**scenario.settings, **settings}})
