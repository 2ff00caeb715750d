"""The same request again: after an answer, at the same time, after a lost connection, after a killed process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import DependencyFault, Interleaving, Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments import episode, refusal
from crashworthy.lab.experiments.concurrency.variants import Ground, ground
from crashworthy.lab.experiments.effects import calls
from crashworthy.lab.experiments.experiment import (
    USUAL_TRIAL_S,
    Candidate,
    Experiment,
    Lab,
    one_per_operation,
)
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.retry import repetitions as shown
from crashworthy.lab.experiments.retry.promise import HTTP, Promise, promise_of
from crashworthy.lab.experiments.retry.repetitions import Repetitions, judge_repetitions
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.meanings import PLENTY
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.ways import as_actor, is_personal, merge, with_more
from crashworthy.weaknesses.retry import DUPLICATE_EFFECT, SWALLOWED_BY_KEY

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PROMISED = 90.0
_SUSPECTED = 60.0
_HTTP = 16.0
_OTHER = 20.0
_TRIALS = 7
_MORE_TRIALS = 16
_LIMIT_S = 30.0
_MOST_READINGS = 10
_LATE_S = 1.1
_PLENTY = 3
_GIVES = PLENTY | word_set("amount balance deposit credit fund quantity")
_COSTS = word_set("price cost fee total limit")
_KEYS = ("crashworthy-key-1", "crashworthy-key-2")
_TOGETHER = (
    (Interleaving.BARRIER, Capability.BARRIER),
    (Interleaving.SLEEP, Capability.SLEEP),
    (Interleaving.PLAIN, None),
)


class RepeatedRequest(Experiment):
    """Send a request again in every way in which clients do, and see whether it takes effect again."""

    id = "repeated-request"
    title = "The same request again"
    weaknesses = (DUPLICATE_EFFECT, SWALLOWED_BY_KEY)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every reached operation that changes something; those that promise to take effect once come first."""
        changing = [operation for operation in lab.operations if operation.method in _CHANGING]
        promises = {operation.name: promise_of(operation, lab) for operation in changing}

        def promised(operation: Operation) -> bool:
            promise = promises[operation.name]
            return promise is not None and promise.by != HTTP

        def priority(operation: Operation, suspected: bool) -> float:
            if promised(operation):
                return _PROMISED
            return _SUSPECTED if suspected else _OTHER if promises[operation.name] is None else _HTTP

        return [
            replace(candidate, waits_s=_LATE_S if strict else 0.0, also=(SWALLOWED_BY_KEY,))
            for strict in (True, False)
            for candidate in one_per_operation(
                lab,
                DUPLICATE_EFFECT,
                [operation for operation in changing if promised(operation) is strict],
                why="is promised to take effect once" if strict else "may be sent again",
                priority=priority,
                estimate_s=USUAL_TRIAL_S * (_MORE_TRIALS if strict else _TRIALS) + (_LATE_S if strict else 0.0),
            )
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Controls, the repetition after an answer, and what else the promise calls for."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        operation = lab.operation(candidate.operations[0])
        if base is None or operation is None:
            return recorder.history(candidate)
        promise = promise_of(operation, lab)
        settings = {**handler_settings(operation), **(promise.settings() if promise else {})}
        try:
            if promise is None:
                base = _plentiful(base, recorder)
            _Tries(base, promise, recorder, recorder.history(candidate, settings)).run(lab)
        except OutOfTimeError:
            recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """See `repetitions`."""
        return judge_repetitions(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """The repetition, and what a key was made to answer for."""
        return judge_repetitions(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The controls and the case that showed it."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None and scenario.attack:
            try:
                _replay(scenario, recorder)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


@dataclass(frozen=True)
class _Tries:
    """All that is tried on one operation."""

    base: Ground
    promise: Promise | None
    recorder: Recorder
    empty: History

    def run(self, lab: Lab) -> None:
        """From the cheapest to what needs most; ends with what decides."""
        step = self._keyed(self.base.bound(self.base.steps[0], 1), 0)
        once = Scenario(setup=self.base.setup, attack=(step,), observe=self.base.observe)
        _controls(once, self.recorder)
        if self._shown.once is None:
            return
        twice = once.model_copy(update={"attack": (step, step), "settings": {"case": shown.AFTER}})
        episode.play(self.recorder, twice, shown.AFTER)
        if self.promise is not None and self.promise.by != HTTP and not self._found:
            for scenario, purpose in _cases(once, twice, lab):
                episode.play(self.recorder, scenario, purpose)
                if self._found:
                    break
        if self.promise is not None and self.promise.header is not None:
            self._other_body(once)
            self._other_client(lab)
            self._declined(once)
        if any(judgement.status in {Status.PROVEN, Status.UNKNOWN} for judgement in judge_repetitions(self._history)):
            _late(once, self.recorder)
        elif any(judgement.status is Status.SUSPECTED for judgement in judge_repetitions(self._history)):
            refusal.play(once, self.recorder)
            episode.play(self.recorder, twice, shown.AFTER)

    @property
    def _history(self) -> History:
        return self.empty.model_copy(update={"trials": tuple(self.recorder.trials)})

    @property
    def _shown(self) -> Repetitions:
        return Repetitions(self._history)

    @property
    def _found(self) -> bool:
        repetition = self._shown
        return any(any(repetition.more(trial)) for case in shown.CASES for trial in repetition.of(case))

    def _keyed(self, step: Step, key: int) -> Step:
        header = self.promise.header if self.promise else None
        if header is None:
            return step
        others = tuple(pair for pair in step.headers if pair[0].lower() != header.lower())
        return step.model_copy(update={"headers": (*others, (header, _KEYS[key]))})

    def _other_body(self, once: Scenario) -> None:
        step = once.attack[0]
        plain = self.base.bound(self.base.steps[0], 2)
        if self._keyed(plain, 0) == step:
            plain = with_more(plain, 2)
        if self._keyed(plain, 0) == step:
            return
        for key, purpose in ((1, shown.OTHER_KEY), (0, shown.OTHER_BODY)):
            attack = (step, self._keyed(plain, key))
            scenario = once.model_copy(update={"attack": attack, "settings": {"case": shown.OTHER_BODY}})
            episode.play(self.recorder, scenario, purpose)

    def _declined(self, once: Scenario) -> None:
        control = self._shown.once
        made = [call for call in calls(control) if not call.undoes] if control is not None else []
        if made:
            fault = DependencyFault(host=made[-1].host, kind="status", status=402)
            settings: dict[str, Json] = {"case": shown.DECLINED}
            twice = once.model_copy(update={"attack": once.attack * 2, "faults": (fault,), "settings": settings})
            episode.play(self.recorder, twice, shown.DECLINED)

    def _other_client(self, lab: Lab) -> None:
        way = lab.playbook.way(self.base.steps[0].operation, "A")
        if way is None or not is_personal(way.steps):
            return
        merged = merge([way, as_actor(way, "B")])
        read = pick_readback(lab.operations, lab.playbook, merged.setup, merged.last)
        reads = tuple(step for step in read.observe if step.method == "GET")[:_MOST_READINGS]
        # The second time at another pace, so that what depends on the clock shows.
        for keys, settle_s, purpose in (
            ((0, 1), 0.0, shown.OWN_KEYS),
            ((0, 1), _LATE_S, shown.OWN_KEYS),
            ((0, 0), 0.0, shown.ONE_KEY),
        ):
            attack = tuple(self._keyed(step, key) for step, key in zip(merged.last, keys, strict=True))
            settings: dict[str, Json] = {"case": shown.ONE_KEY, episode.SETTLE: settle_s}
            scenario = Scenario(setup=read.setup, attack=attack, observe=reads, settings=settings)
            episode.play(self.recorder, scenario, purpose)


def _plentiful(base: Ground, recorder: Recorder) -> Ground:
    """The ground with more of every amount that the set-up gives, so that there is enough for the second time.

    As it is where that changes nothing, or is refused.
    """
    more = replace(base, setup=tuple(_with_plenty(step) for step in base.setup))
    if more.setup == base.setup:
        return base
    probe = Scenario(setup=more.setup, attack=(more.bound(more.steps[0], 1),))
    accepted = all(exchange.done for exchange in episode.play(recorder, probe, shown.PROBE).exchanges)
    return more if accepted else base


def _with_plenty(step: Step) -> Step:
    """The step giving more: stock, places, credit; what things cost stays."""
    if not isinstance(step.body, dict):
        return step
    body: dict[str, Json] = dict(step.body)
    for name, value in step.body.items():
        gives = {*words(name)} & _GIVES and not {*words(name)} & _COSTS
        if gives and isinstance(value, int | float) and not isinstance(value, bool):
            body[name] = value * _PLENTY
        elif gives and isinstance(value, str) and re.fullmatch(r"\d+\.\d\d", value, re.ASCII):
            body[name] = f"{float(value) * _PLENTY:.2f}"
    return step.model_copy(update={"body": body})


def _controls(once: Scenario, recorder: Recorder) -> None:
    """None of it, the request once, twice over, and once more with a harmless request after it."""
    episode.play(recorder, once, shown.BASELINE, order=())
    for _ in range(2):
        episode.play(recorder, once, shown.ONCE)
    if once.observe:
        noisy = once.model_copy(update={"attack": (*once.attack, once.observe[0])})
        episode.play(recorder, noisy, shown.NOISE)


def _late(once: Scenario, recorder: Recorder) -> None:
    refusal.play(once, recorder)
    settings: dict[str, Json] = {**once.settings, episode.SETTLE: _LATE_S}
    episode.play(recorder, once.model_copy(update={"settings": settings}), shown.LATE)


def _cases(once: Scenario, twice: Scenario, lab: Lab) -> Iterator[tuple[Scenario, str]]:
    """The ways to repeat a request without having seen its answer, and the controls that they need."""

    def case(scenario: Scenario, name: str, settings: dict[str, Json]) -> Scenario:
        return scenario.model_copy(update={"settings": {"case": name, **settings}})

    seeds = lab.rng("repeated-request", once.attack[0].operation)
    for how, needs in _TOGETHER:
        if needs is None or needs in lab.testbed.capabilities:
            together = case(twice, shown.TOGETHER, {})
            yield (
                together.model_copy(update={"interleaving": how, "seed": seeds.randrange(10**6)}),
                shown.TOGETHER,
            )
    yield case(twice, shown.CUT, {episode.CUT: True}), shown.CUT
    if Capability.FAULTS in lab.testbed.capabilities:
        killed: dict[str, Json] = {episode.FAULT: {"step": "answer", "how": "die"}}
        yield case(once, shown.KILLED, killed), shown.RESTARTED
        yield case(twice, shown.KILLED, killed), shown.KILLED


def _replay(scenario: Scenario, recorder: Recorder) -> None:
    name = str(scenario.settings.get("case"))
    masks = {key: value for key, value in scenario.settings.items() if key == "masks"}
    plain = scenario.model_copy(update={"interleaving": Interleaving.SERIAL, "settings": masks, "faults": ()})
    if name == shown.ONE_KEY:
        own = [step if index == 0 else _with_other_key(step) for index, step in enumerate(scenario.attack)]
        for _ in range(2):
            episode.play(recorder, plain.model_copy(update={"attack": tuple(own)}), shown.OWN_KEYS)
        episode.play(recorder, scenario, name)
        return
    once = plain.model_copy(update={"attack": scenario.attack[:1]})
    _controls(once, recorder)
    if name == shown.OTHER_BODY:
        own = [scenario.attack[0], *(_with_other_key(step) for step in scenario.attack[1:])]
        episode.play(recorder, plain.model_copy(update={"attack": tuple(own)}), shown.OTHER_KEY)
    if name == shown.KILLED:
        episode.play(recorder, scenario.model_copy(update={"attack": scenario.attack[:1]}), shown.RESTARTED)
    episode.play(recorder, scenario, name)


def _with_other_key(step: Step) -> Step:
    swap = {_KEYS[0]: _KEYS[1]}
    return step.model_copy(update={"headers": tuple((name, swap.get(value, value)) for name, value in step.headers)})
