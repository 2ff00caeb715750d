"""Sending many changed requests to few copies of the service, and looking at valid ones in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from crashworthy.core.history import Exchange, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import Ground
from crashworthy.lab.experiments.input.contract import allows
from crashworthy.lab.experiments.input.crashes import SCAN
from crashworthy.lab.experiments.input.mutations import Mutation, mutations
from crashworthy.lab.experiments.input.wedges import failed, is_lost
from crashworthy.lab.experiments.trial import Recorder, Stage
from crashworthy.lab.traffic.player import Played

SCAN_TIMEOUT_S = 2.5
MOST_COPIES = 60

_NO_TIME = "the time ended before all was tried"
_FIRST_SHOT = 3000
_FIRST_VALID = 200
_AGAIN = 190
_LOOK_EVERY = 12
"""After so many changed requests that may have left something behind, reads are tried."""
_WRONG_TYPES = frozenset({"null", "a list", "an object", "a text", "a number", "true"})
_WRONG_BODIES = frozenset({"cut off", "a list of a number", "a text"})
_ENOUGH = 3
"""An input that takes so many wrong types is not looked at, or kept as it comes."""
_KEPT_AS_IT_COMES = "Infinity"


@dataclass(frozen=True)
class Shot:
    """A changed request that was sent, and what came of it in which trial."""

    mutation: Mutation
    step: Step
    exchange: Exchange
    allowed: bool | None

    @property
    def refused(self) -> bool:
        """Whether the service said that the request is wrong: then it most likely did nothing."""
        return self.exchange.response is not None and 400 <= self.exchange.response.status < 500


@dataclass
class Scan:
    """Shots by trial, and those of them after which valid requests did not work: the suspects.

    Where every accepted change spends a copy, inputs that take anything are left alone soon.
    After each failure, and each change that was accepted, the good request is tried; `reads` are tried now and then.
    Where they fail, what came before is shot once more, with a look after each. Of the candidate's time `reserve_s` is
    left for what is done with the shots.
    """

    base: Ground
    operation: Operation
    recorder: Recorder
    reads: Sequence[Step] = ()
    reserve_s: float = 0.0
    trials: list[tuple[Trial, list[Shot]]] = field(default_factory=list)
    suspects: list[Shot] = field(default_factory=list)
    wedged: bool = False
    """Set when valid requests are known to fail after changed ones: they are not tried any more."""
    _waiting: list[Mutation] | None = None
    _unsure: list[Mutation] = field(default_factory=list)
    _fragile: bool = False
    _repeatable: bool | None = None
    _accepted: dict[str, set[str]] = field(default_factory=dict)
    """Wrong types that were accepted, by input."""

    def run(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Send every mutation, or until it is enough, and go on from there when called again.

        A new copy is taken whenever one is spent. When the time ends before, a note tells it.
        """
        if self._waiting is None:
            self._waiting = list(mutations(self.base.steps[0], self.operation))
        scenario = Scenario(setup=self.base.setup, attack=self.base.steps, observe=())
        while (self._unsure or self._waiting) and len(self.trials) < MOST_COPIES and not enough():
            if not self._has_time():
                if _NO_TIME not in self.recorder.notes:
                    self.recorder.notes.append(_NO_TIME)
                return
            shots: list[Shot] = []
            start = self.recorder.kept.start_of(scenario.setup) if self.recorder.kept else None
            with self.recorder.copy(scenario, SCAN, timeout_s=SCAN_TIMEOUT_S, start=start) as stage:
                known = self.recorder.set_up(stage, start)
                if known.done:
                    self._use(stage, known, shots)
            self.trials.append((self.recorder.keep(stage), shots))
            if not shots:
                return

    def has_suspects(self, count: int) -> bool:
        """Whether there are as many suspects."""
        return len(self.suspects) >= count

    def _use(self, stage: Stage, known: Played, shots: list[Shot]) -> None:
        """Shoot at one copy until it is spent."""
        careful = bool(self._unsure)
        waiting = self._unsure or self._waiting or []
        unseen: list[Shot] = []
        usable = True
        while waiting and usable and self._has_time():
            shot = self._shoot(waiting.pop(0), len(shots), stage, known)
            shots.append(shot)
            if shot.refused:
                continue
            usable = self._usable(shot, stage, known)
            if shot.exchange.done and self._repeatable is False and not self.operation.is_safe:
                self._hurry(shot.mutation)
            if shot in self.suspects:
                return
            unseen.append(shot)
            if careful or len(unseen) >= _LOOK_EVERY or not (waiting and usable):
                if not self._can_be_read(stage, known):
                    # With one shot only, it must have been that one.
                    self.suspects += unseen if len(unseen) == 1 else []
                    self._unsure += [] if len(unseen) == 1 else [each.mutation for each in unseen]
                    return
                unseen = []

    def _has_time(self) -> bool:
        return self.recorder.left() > self.reserve_s

    def _shoot(self, mutation: Mutation, number: int, stage: Stage, known: Played) -> Shot:
        # A name that an earlier shot took would be refused, whatever is changed beside it.
        own = replace(mutation, step=self.base.bound(mutation.step, _FIRST_SHOT + number))
        step = own.rendered(known.variables)
        (exchange,) = stage.player.play((step,), "attack", known.variables).exchanges
        stage.exchanges.append(exchange)
        # A literal is outside JSON, so no contract allows it.
        allowed = False if mutation.literal is not None else allows(self.operation, step, known.variables)
        return Shot(mutation, step, exchange, allowed)

    def _usable(self, shot: Shot, stage: Stage, known: Played) -> bool:
        """Whether the copy still accepts the good request after one that may have changed something."""
        answered, crashed = shot.exchange.response is not None, failed(shot.exchange)
        if not stage.instance.alive():
            return False
        if not crashed and (self.operation.is_safe or self._repeatable is False):
            return self.operation.is_safe
        if crashed and self.wedged:
            return False
        valid = self._valid(_FIRST_VALID + len(stage.exchanges), stage, known)
        if failed(valid):
            self.suspects.append(shot)
            return False
        # What hangs after a failure may hang because of it: from now on, each failure spends its copy.
        self._fragile = self._fragile or not answered
        if crashed and self._fragile:
            return False
        if self.operation.is_safe:
            return True
        if self._repeatable is False or not valid.done:
            return False
        if self._repeatable is None:
            # What names a thing by a value of its own is refused from now on, and would hide what the next ones do.
            self._repeatable = self._valid(_AGAIN, stage, known).done
        return self._repeatable

    def _hurry(self, accepted: Mutation) -> None:
        """Try wrong types first, and nothing more of an input that takes several of them."""
        wrong = _WRONG_BODIES if accepted.input == "body" else _WRONG_TYPES
        taken = self._accepted.setdefault(accepted.input, set())
        taken |= {accepted.what} & wrong
        waiting = self._waiting if self._waiting is not None else []
        if len(taken) >= _ENOUGH:
            waiting[:] = [each for each in waiting if each.input != accepted.input or each.what == _KEPT_AS_IT_COMES]
        telling = {"missing", *_WRONG_TYPES, *_WRONG_BODIES}
        waiting.sort(key=lambda each: each.what not in telling)

    def _valid(self, number: int, stage: Stage, known: Played) -> Exchange:
        return self._probe(self.base.bound(self.base.steps[0], number), stage, known)

    def _can_be_read(self, stage: Stage, known: Played) -> bool:
        if self.wedged or not stage.instance.alive():
            return True
        return not any(is_lost(self._probe(step, stage, known)) for step in self.reads)

    def _probe(self, step: Step, stage: Stage, known: Played) -> Exchange:
        (answer,) = stage.player.play((step,), "probe", known.variables).exchanges
        stage.exchanges.append(answer)
        return answer


def spread(shots: Sequence[Shot], kind: Callable[[Shot], Json], most: int) -> list[Shot]:
    """The first shot of each kind."""
    found: dict[str, Shot] = {}
    for shot in shots:
        found.setdefault(str(kind(shot)), shot)
    return list(found.values())[:most]
