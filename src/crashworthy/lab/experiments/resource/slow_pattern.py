"""Slow pattern: texts for which a regular expression of the source tries very many ways before it gives up.

The texts are made from the suspected patterns (see `crashworthy.source.patterns`), and made longer in each input
that takes a text until a request costs a second of CPU. Proven on a fresh copy by a harmless text of the same
length, a shorter pumped one and the long one: the cost grows faster than the length, and comes from the text and not
from its length. A service that looks at the length first, or matches by an engine without backtracking, holds.

Where the source matches with a pattern that it did not write down itself, the input is tried as the pattern: many loops
that share the characters of whatever they meet, against a pattern of the same length that fails at once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.experiment import Candidate, Lab, one_per_operation
from crashworthy.lab.experiments.injection.inputs import Input, Kind, inputs
from crashworthy.lab.experiments.rating import vector, who
from crashworthy.lab.experiments.resource.measured import SHOWN, Measured
from crashworthy.lab.experiments.resource.meter import costs_of, play_measured
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.source.patterns import CHOSEN, Pump, open_patterns, pumps, slow_patterns
from crashworthy.weaknesses.resource import SLOW_PATTERN

INPUT, LENGTHS, PATTERN = "input", "lengths", "pattern"
"""Settings of a scenario: the input in words, the lengths of the two pumped texts, and the pattern."""

SCAN = "scan"
_CPU_S = 1.0
_FASTER, _TIMES_HARMLESS, _LEAST_S = 2.0, 10.0, 0.02
_TIMEOUT_S = 8.0
_EXPONENTIAL = (14, 17, 20, 22, 24, 26, 28, 30, 33)
# How much a loop more costs depends on what the service matches: it is approached slowly.
_LOOPS = (4, 6, *range(8, 19), 20, 24)
_ANY_PATTERN = "a pattern of the request's own"
_SQUARE = (2_000, 8_000, 30_000, 120_000)
_LONGEST_ADDRESS = 30_000
_MOST_TRIED = 10


@dataclass(frozen=True)
class _Shot:
    """A text for an input: `times` the pump of a pattern."""

    place: Input
    pattern: str
    pump: Pump
    times: int

    @property
    def shorter(self) -> int:
        """A number of pumps that costs much less, but not as much less as its length."""
        return self.times - 3 if self.pump.exponential else self.times // 3

    @property
    def lengths(self) -> Sequence[int]:
        """Numbers of pumps to try, one after the other."""
        if self.pump == CHOSEN:
            return _LOOPS
        return _EXPONENTIAL if self.pump.exponential else _SQUARE

    def step(self, times: int) -> Step:
        """The request with so many pumps."""
        return self.place.put(self.pump.text(times)).model_copy(update={"saves": ()})

    def scenario(self, setup: tuple[Step, ...], good: Step) -> Scenario:
        """A harmless text, a shorter one, the text; and a good request."""
        text = self.pump.text(self.times)
        harmless = self.place.put(self.pump.suffix * (len(text) // len(self.pump.suffix)))
        return Scenario(
            setup=setup,
            attack=(harmless.model_copy(update={"saves": ()}), self.step(self.shorter), self.step(self.times)),
            observe=(good,),
            settings={
                INPUT: self.place.title,
                LENGTHS: [len(self.pump.text(self.shorter)), len(text)],
                PATTERN: self.pattern,
            },
        )


class SlowPattern(Measured):
    """One candidate per operation that takes texts, where the source has such a pattern."""

    id = "slow-pattern"
    title = "Texts that regular expressions try in very many ways"
    weaknesses = (SLOW_PATTERN,)
    untried = "no text could be sent"
    cheap = "{tried} texts made for its patterns cost little"
    replay_s = 4.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """None without a pattern to make texts for; suspected operations before others that take texts."""
        chosen = _choosing(lab)
        if not chosen and not any(True for _ in _every_pattern(lab)):
            return ()
        takers = [
            operation
            for operation in lab.operations
            if (way := lab.playbook.way(operation.name)) is not None
            and any(_takes_text(place) for place in inputs(way.steps[-1], operation))
            and (operation.name in chosen or any(True for _ in _every_pattern(lab)))
        ]
        return one_per_operation(
            lab,
            SLOW_PATTERN,
            takers,
            why="takes texts, and the source has a pattern that backtracks",
            priority=lambda _, suspected: 85.0 if suspected else 25.0,
            estimate_s=2.5,
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Each text in each input, longer and longer; the first that costs much is shown on a fresh copy."""
        recorder = Recorder(lab, self.id, limit_s=30.0)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        operation = lab.operation(candidate.operations[0])
        if base is not None and operation is not None:
            good = base.steps[0].model_copy(update={"saves": ()})
            waiting = list(_shots(good, operation, _patterns(lab, operation.name)))[:_MOST_TRIED]
            if operation.name in _choosing(lab):
                places = [place for place in inputs(good, operation) if _takes_text(place)]
                waiting = [*(_Shot(place, _ANY_PATTERN, CHOSEN, 0) for place in places), *waiting][:_MOST_TRIED]
            try:
                while waiting:
                    shot = _scan(Scenario(setup=base.setup), waiting, recorder)
                    if shot is None:
                        break
                    _play(shot.scenario(base.setup, good), recorder)
                    if _judged(recorder.trials[-1], recorder.history(candidate)) is not None:
                        break
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def shown(self, trial: Trial, history: History) -> Judgement | None:
        """A text whose cost grows faster than its length."""
        return _judged(trial, history)

    def play(self, scenario: Scenario, recorder: Recorder) -> None:
        """The three texts."""
        _play(scenario, recorder)


def _every_pattern(lab: Lab) -> Iterator[tuple[str, int, str]]:
    """Each slow pattern of the source, with its file and line."""
    for file in lab.tree.files:
        for line, pattern in slow_patterns(file.tree):
            yield file.path, line, pattern


def _choosing(lab: Lab) -> frozenset[str]:
    """Operations that reach a call that matches with a pattern from elsewhere."""
    found: set[str] = set()
    for module in lab.tree.analysis.index.service_modules if lab.tree.analysis else ():
        calls = {id(call) for call in open_patterns(module.file.tree)}
        for function in module.functions if calls else ():
            for node in ast.walk(function.node):
                if id(node) in calls:
                    found.update(lab.tree.operations_reaching(function.location(node)))
    return frozenset(found)


def _patterns(lab: Lab, operation: str) -> list[str]:
    """The patterns that are suspected for an operation; all where none is."""
    suspected = {
        (each.location.file, each.location.line)
        for each in lab.suspicions
        if each.weakness == SLOW_PATTERN.id and operation in each.operations
    }
    every = list(_every_pattern(lab))
    of_operation = [pattern for file, line, pattern in every if (file, line) in suspected]
    return list(dict.fromkeys(of_operation or [pattern for _, _, pattern in every]))


def _shots(step: Step, operation: Operation, patterns: Sequence[str]) -> Iterator[_Shot]:
    """Each pump of each pattern for each input that takes a text."""
    places = [place for place in inputs(step, operation) if _takes_text(place)]
    for (pattern, pump), place in product([(text, pump) for text in patterns for pump in pumps(text)], places):
        yield _Shot(place, pattern, pump, 0)


def _takes_text(place: Input) -> bool:
    if place.kind not in {Kind.PATH, Kind.QUERY, Kind.FIELD, Kind.HEADER}:
        return False
    return isinstance(place.good, str | None)


def _scan(scenario: Scenario, waiting: list[_Shot], recorder: Recorder) -> _Shot | None:
    """The first of the waiting whose cost reached the threshold, at the length at which it did; takes them away."""
    found: _Shot | None = None
    with recorder.copy(scenario, SCAN, timeout_s=_TIMEOUT_S) as stage:
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        while waiting and found is None and known.done:
            shot = waiting.pop(0)
            in_address = shot.place.kind is not Kind.FIELD
            for times in shot.lengths:
                if recorder.left() <= 0 or (in_address and times > _LONGEST_ADDRESS):
                    break
                played, (cost,) = play_measured(stage, (shot.step(times),), "attack", known.variables)
                if cost.cpu_s >= _CPU_S:
                    # A loop more, where that is twice as much: what just reached the threshold may miss it again.
                    found = _Shot(shot.place, shot.pattern, shot.pump, times + (shot.pump == CHOSEN))
                if found or played.exchanges[0].response is None:
                    break
    recorder.keep(stage)
    return found


def _play(scenario: Scenario, recorder: Recorder) -> None:
    with recorder.copy(scenario, SHOWN, timeout_s=_TIMEOUT_S) as stage:
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        play_measured(stage, scenario.attack, "attack", known.variables)
        stage.exchanges += stage.player.play(scenario.observe, "observe", known.variables).exchanges
    recorder.keep(stage)


def _judged(trial: Trial, history: History) -> Judgement | None:
    measured = costs_of(trial, "attack")
    lengths = trial.scenario.settings.get(LENGTHS)
    if len(measured) != 3 or not isinstance(lengths, list):
        return None
    (_, harmless), (_, less), (exchange, most) = measured
    shorter, longer = (int(each) if isinstance(each, int | float) else 1 for each in lengths)
    grows = most.cpu_s / max(less.cpu_s, _LEAST_S) >= _FASTER * longer / max(1, shorter)
    if most.cpu_s < _CPU_S or not grows or most.cpu_s < _TIMES_HARMLESS * max(harmless.cpu_s, _LEAST_S):
        return None
    after = of_part(trial, "observe")
    held = bool(after) and after[-1].response is None
    name = trial.scenario.settings.get(INPUT)
    return Judgement(
        status=Status.PROVEN,
        severity=Severity.BLOCKER if held else Severity.MAJOR,
        title=f"{exchange.operation}: a text as {name} keeps a regular expression busy",
        expected="a text of any length is matched in a time that grows with its length",
        seen=f"{longer} characters for {trial.scenario.settings.get(PATTERN)!r}: {most.cpu_s:.1f} s of CPU, {shorter}: "
        f"{less.cpu_s:.2f} s, {longer} others: {harmless.cpu_s:.2f} s; {_answer(exchange)}"
        + (f"; then {after[-1].operation}: {after[-1].error}" if held else ""),
        why=f"{who(exchange)}, with one request, stops a process of the service: a few characters more, and for hours",
        cvss=vector(logged_in=who(exchange).endswith("account"), stop="H" if held else "L"),
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=(exchange.operation,),
        root=str(name),
    )


def _answer(exchange: Exchange) -> str:
    return f"status {exchange.response.status}" if exchange.response else exchange.error or "no answer"
