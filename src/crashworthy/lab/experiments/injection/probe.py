"""Sending every payload of every attack into every input of one operation, many on each copy of the service."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from crashworthy.core.history import Exchange, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import Ground
from crashworthy.lab.experiments.injection.attack import Attack, Evidence, Payload, Sightings
from crashworthy.lab.experiments.injection.inputs import Input, Kind, inputs
from crashworthy.lab.experiments.injection.model_calls import model_calls
from crashworthy.lab.experiments.injection.positions import MARKER, OUTSIDE
from crashworthy.lab.experiments.trial import Recorder, Stage
from crashworthy.lab.traffic.player import Played

SCAN = "scan"
ATTACK, INPUT, STORED = "attack", "input", "stored"
WATCH = "watch"
PREFIX = "cwz"
SHOT_TIMEOUT_S = 2.5
OBSERVE_TIMEOUT_S = 1.0
MOST_COPIES = 14
_RESERVE_S = 2.0
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIRST_BOUND = 300
# So many good requests in a row that were accepted after a payload was: the operation can be repeated.
_REPEATABLE = 3
_SPENT = frozenset({423, 429})

PLAN: Mapping[str, Json] = {WATCH: PREFIX}


def marker(number: int) -> str:
    """A word of lower-case letters and digits, seven characters long, that no service has by itself."""
    digits = ""
    for _ in range(4):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return PREFIX + digits


def empty(folder: Path) -> None:
    """Remove what is in a folder of canaries."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def note_model_calls(stage: Stage) -> None:
    """Add what language models were told to the events of a stage."""
    calls = stage.lab.testbed.outbound_calls()
    stage.events += model_calls(calls, stage.player.origin, PREFIX)


@dataclass(frozen=True)
class Shot:
    """A payload for an input, and the request that carries it.

    With `setup`, one of these steps carries it: it is stored, and `step` is what may bring it out.
    """

    attack: Attack
    place: Input
    marker: str
    payload: Payload
    step: Step
    setup: tuple[Step, ...] | None = None

    @property
    def settings(self) -> dict[str, Json]:
        """What the judge needs beside the trial."""
        return {
            **self.payload.settings,
            ATTACK: self.attack.id,
            MARKER: self.marker,
            INPUT: self.place.title if self.setup is None else f"{self.place.title} of {self.place.step.operation}",
            STORED: self.setup is not None,
        }


@dataclass(frozen=True)
class Hit:
    """A shot with evidence; `at_once` when its own request shows it, not one that was made later."""

    shot: Shot
    evidence: Evidence
    at_once: bool


@dataclass
class Probe:
    """All shots at one operation. `hits` are those with evidence, `touched` the attacks whose sink a marker reached."""

    base: Ground
    operation: Operation
    recorder: Recorder
    attacks: Sequence[Attack]
    hits: list[Hit] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    sent: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _accepted: int = 0

    @cached_property
    def outside(self) -> Path:
        """A folder that is none of the service's, for canaries."""
        return self.recorder.lab.testbed.outside

    def shots(self) -> Iterator[Shot]:
        """Every payload for every input, by attack; then the first of each for what the set-up stores."""
        places = inputs(self.base.steps[0], self.operation)
        for attack in self.attacks:
            for place in places:
                yield from self._at(attack, place)
        stored = list(self._stored())
        for attack in self.attacks:
            for index, place in stored:
                for shot in itertools.islice(self._at(attack, place), 1):
                    carrying = (*self.base.setup[:index], shot.step, *self.base.setup[index + 1 :])
                    yield replace(shot, step=self.base.steps[0], setup=carrying)

    def _at(self, attack: Attack, place: Input) -> Iterator[Shot]:
        """The attack's payloads for one input."""
        # A payload must know its marker: one is drawn for each as it is made.
        for number in itertools.count():
            word = marker(next(self._numbers))
            payload = next(itertools.islice(attack.payloads(place, word), number, None), None)
            if payload is None:
                return
            yield Shot(attack, place, word, payload, self._bound(place.put(payload.value)))

    def _stored(self) -> Iterator[tuple[int, Input]]:
        """Texts that the last changing step of the set-up sends, where the operation only reads."""
        if not self.operation.is_safe:
            return
        for index in reversed(range(len(self.base.setup))):
            step = self.base.setup[index]
            operation = self.recorder.lab.operation(step.operation)
            if operation is not None and not operation.is_safe and isinstance(step.body, dict):
                for place in inputs(step, operation):
                    if place.kind in {Kind.FIELD, Kind.FILE_NAME} and isinstance(place.good, str | None):
                        yield index, place
                return

    def run(self) -> None:
        """Send them all; a note tells when the time ended before."""
        waiting = list(self.shots())
        scenario = Scenario(setup=self.base.setup, attack=self.base.steps)
        for _ in range(MOST_COPIES):
            if not waiting:
                return
            if self.recorder.left() < _RESERVE_S:
                break
            sent: list[tuple[Shot, str]] = []
            with self.recorder.copy(scenario, SCAN, timeout_s=SHOT_TIMEOUT_S) as stage:
                self._on_copy(stage, waiting, sent)
            self._look(self.recorder.keep(stage), sent)
            if not sent and waiting:
                self.recorder.notes.append("what the request needs could not be set up again")
                return
        if waiting:  # in the order of the attacks: what was left out is the least of them
            self.recorder.notes.append(f"the time ended before {len(waiting)} of the payloads were sent")

    def _on_copy(self, stage: Stage, waiting: list[Shot], sent: list[tuple[Shot, str]]) -> None:
        known = stage.player.play(self.base.setup, "setup", plan=PLAN)
        stage.exchanges += known.exchanges
        empty(self.outside)
        while waiting and known.done and self.recorder.left() > _RESERVE_S:
            shot = waiting.pop(0)
            shot.attack.prepare(shot.settings, self.outside)
            if shot.setup is not None:
                self._shoot_stored(shot, stage, sent)
                continue
            variables = {**known.variables, **shot.attack.variables(shot.settings, self.outside)}
            (exchange,) = stage.player.play((shot.step,), "attack", variables, plan=PLAN).exchanges
            stage.exchanges.append(exchange)
            sent.append((shot, exchange.id))
            self.sent += 1
            if exchange.response is None:
                break
            if exchange.response.status in _SPENT and len(sent) > 1:
                # Refused for what the shots before did; it has its turn on the next copy.
                sent.pop()
                waiting.insert(0, shot)
                break
            again = self._ready_again(exchange, stage, known)
            if again is None:
                break
            known = again
        if not self.operation.is_safe:
            stage.exchanges += stage.player.play(
                self.base.observe, "observe", known.variables, plan=PLAN, timeout_s=OBSERVE_TIMEOUT_S
            ).exchanges
        note_model_calls(stage)
        empty(self.outside)

    def _shoot_stored(self, shot: Shot, stage: Stage, sent: list[tuple[Shot, str]]) -> None:
        """Store the payload with a set-up of its own, and read."""
        given = shot.attack.variables(shot.settings, self.outside)
        stored = stage.player.play(shot.setup or (), "setup", given, plan=PLAN)
        stage.exchanges += stored.exchanges
        self.sent += 1
        if stored.done:
            (exchange,) = stage.player.play((shot.step,), "attack", stored.variables, plan=PLAN).exchanges
            stage.exchanges.append(exchange)
            sent.append((shot, exchange.id))

    def _ready_again(self, exchange: Exchange, stage: Stage, known: Played) -> Played | None:
        """What is known on a copy that can take the next shot; None when it is spent."""
        if not exchange.done or self.operation.is_safe or self._accepted >= _REPEATABLE:
            return known
        good = self._bound(self.base.steps[0])
        probe = stage.player.play((good,), "probe", known.variables)
        stage.exchanges += probe.exchanges
        if probe.done:
            self._accepted += 1
            return known
        self._accepted = 0
        fresh = stage.player.play(self.base.setup, "setup")
        stage.exchanges += fresh.exchanges
        return fresh if fresh.done and self.base.setup else None

    def _look(self, trial: Trial, sent: Sequence[tuple[Shot, str]]) -> None:
        seen = Sightings(trial)
        for shot, exchange in sent:
            settings = {**shot.settings, OUTSIDE: str(self.outside)}
            sighting = seen.of(shot.marker, settings, [exchange], later=False)
            found = shot.attack.evidence(sighting)
            if found is not None:
                self.hits.append(Hit(shot, found, at_once=True))
            elif shot.setup is None:
                sighting = seen.of(shot.marker, settings, [exchange])
                found = shot.attack.evidence(sighting)
                if found is not None:
                    self.hits.append(Hit(shot, found, at_once=False))
            if shot.attack.touched(sighting):
                self.touched.add(shot.attack.id)

    def _bound(self, step: Step) -> Step:
        return self.base.bound(step, _FIRST_BOUND + next(self._numbers))
