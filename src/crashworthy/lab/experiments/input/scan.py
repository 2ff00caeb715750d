"""Sending many changed requests to few copies of the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crashworthy.core.history import Exchange, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import Ground
from crashworthy.lab.experiments.input.contract import allows
from crashworthy.lab.experiments.input.mutations import Mutation, mutations
from crashworthy.lab.experiments.trial import Recorder, Stage
from crashworthy.lab.traffic.player import Played

SCAN = "scan"
SCAN_TIMEOUT_S = 2.5
MOST_COPIES = 45

_FIRST_VALID = 200
_AGAIN = 190


@dataclass(frozen=True)
class Shot:
    """A changed request that was sent, and what came of it in which trial."""

    mutation: Mutation
    step: Step
    exchange: Exchange
    allowed: bool | None


@dataclass
class Scan:
    """Shots by trial. `look` is asked after each shot whether the copy can be used further.

    Of the candidate's time `reserve_s` is left for what is done with the shots.
    """

    base: Ground
    operation: Operation
    recorder: Recorder
    look: Callable[[Stage, Played, Shot], bool] = lambda _stage, _known, _shot: True
    reserve_s: float = 0.0
    trials: list[tuple[Trial, list[Shot]]] = field(default_factory=list)
    _waiting: list[Mutation] | None = None
    _fragile: bool = False
    _repeatable: bool | None = None

    def run(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Send every mutation, or until it is enough, and go on from there when called again.

        A new copy is taken whenever one is spent. When the time ends before, a note tells it.
        """
        if self._waiting is None:
            self._waiting = list(mutations(self.base.steps[0], self.operation))
        waiting = self._waiting
        scenario = Scenario(setup=self.base.setup, attack=self.base.steps, observe=())
        while waiting and len(self.trials) < MOST_COPIES and not enough():
            if not self._has_time():
                self.recorder.notes.append("the time ended before all was tried")
                return
            shots: list[Shot] = []
            with self.recorder.copy(scenario, SCAN, timeout_s=SCAN_TIMEOUT_S) as stage:
                known = stage.player.play(scenario.setup, "setup")
                stage.exchanges += known.exchanges
                while waiting and known.ok and self._has_time():
                    shot = self._shoot(waiting.pop(0), stage, known)
                    shots.append(shot)
                    if not self.look(stage, known, shot) or not self._usable(shot, stage, known):
                        break
            self.trials.append((self.recorder.keep(stage), shots))
            if not shots:
                return

    def _has_time(self) -> bool:
        return self.recorder.left() > self.reserve_s

    def _shoot(self, mutation: Mutation, stage: Stage, known: Played) -> Shot:
        step = mutation.rendered(known.variables)
        (exchange,) = stage.player.play((step,), "attack", known.variables).exchanges
        stage.exchanges.append(exchange)
        # A literal is outside JSON, so no contract allows it.
        allowed = False if mutation.literal is not None else allows(self.operation, step, known.variables)
        return Shot(mutation, step, exchange, allowed)

    def _usable(self, shot: Shot, stage: Stage, known: Played) -> bool:
        """Whether the copy still accepts the good request after one that may have changed something."""
        if shot.exchange.response is None:
            # What hangs after a failure may hang because of it: from now on, each failure spends its copy.
            self._fragile = True
            return False
        crashed = shot.exchange.response.status >= 500
        if crashed and self._fragile:
            return False
        if not (shot.exchange.ok or crashed) or self.operation.is_safe:
            return True
        if self._repeatable is False:
            return False
        if not self._accepts(_FIRST_VALID + len(stage.exchanges), stage, known):
            return False
        if self._repeatable is None:
            # What names a thing by a value of its own is refused from now on, and would hide what the next ones do.
            self._repeatable = self._accepts(_AGAIN, stage, known)
        return self._repeatable

    def _accepts(self, number: int, stage: Stage, known: Played) -> bool:
        valid = self.base.bound(self.base.steps[0], number)
        answer = stage.player.play((valid,), "probe", known.variables).exchanges
        stage.exchanges += answer
        return answer[0].ok


def spread(shots: Sequence[Shot], kind: Callable[[Shot], Json], most: int) -> list[Shot]:
    """The first shot of each kind."""
    found: dict[str, Shot] = {}
    for shot in shots:
        found.setdefault(str(kind(shot)), shot)
    return list(found.values())[:most]
