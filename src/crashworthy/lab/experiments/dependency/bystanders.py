"""Valid requests of others, asked while a request waits for its dependency: reads, and changes by newcomers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from crashworthy.core.history import Exchange
from crashworthy.core.playbook import Playbook
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.dependency.holding import PROBE, seconds
from crashworthy.lab.experiments.trial import Stage
from crashworthy.lab.testbed import Testbed
from crashworthy.lab.traffic.player import Player
from crashworthy.lab.traffic.template import map_texts
from crashworthy.lab.traffic.ways import merge

_MOST_READS = 6
_MOST_CHANGES = 3
_LONGEST_WAY = 4
_LEAST_PATIENCE_S = 1.0
_PATIENCE_FACTOR = 20.0
_USUAL_S = 1.0
CHANGE_PATIENCE_S = 6.5
"""Longer than the 5 s for which SQLite's drivers wait for a lock, so that their error is seen."""
_APART_S = 0.2
"""Changes begin apart from each other: together they might fail by themselves."""
_FIRST_NEWCOMER = 9500
_UNIQUE = re.compile(r"(?<!\$)\$\{unique\}")


@dataclass(frozen=True)
class Bystanders:
    """`reads` use what the scenario's set-up made; `changes` what the newcomers' own `setup` made."""

    reads: tuple[Step, ...] = ()
    setup: tuple[Step, ...] = ()
    changes: tuple[Step, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of their requests, in an order in which they can be played."""
        return (*self.reads, *self.setup, *self.changes)

    @classmethod
    def of(cls, operation: str, reads: Iterable[Step], playbook: Playbook) -> Bystanders:
        """Reads and short changes of other operations than the one that will wait."""
        unrelated = tuple(step for step in reads if step.operation != operation)[:_MOST_READS]
        ways = {
            way.operation: way
            for way in sorted(playbook.ways, key=lambda each: len(each.steps), reverse=True)
            if way.operation != operation and way.steps[-1].method != "GET" and len(way.steps) <= _LONGEST_WAY
        }
        chosen = sorted(ways.values(), key=lambda way: len(way.steps))[:_MOST_CHANGES]
        merged = merge(chosen)
        return cls(unrelated, tuple(map(_newcomer, merged.setup)), tuple(map(_newcomer, merged.last)))


@dataclass
class Usual:
    """How it is while all is well: how long to wait for each read, by operation, and the changes that work."""

    patience: dict[str, float] = field(default_factory=dict)
    changes: tuple[Step, ...] = ()


class Asking:
    """Bystanders on one copy of the service; `known` are the values of the set-up that their reads use."""

    def __init__(self, bystanders: Bystanders, stage: Stage, known: Mapping[str, Json]) -> None:
        self._bystanders = bystanders
        self._stage = stage
        self._known = known
        # A player of their own: with the sensor's header their requests would count among the attack's.
        self._newcomer = Player(stage.instance.base_url, origin=stage.player.origin)
        played = self._newcomer.play(bystanders.setup, "setup")
        self._own = played.variables
        stage.exchanges += _named(played.exchanges, "newcomer")

    def learn(self, testbed: Testbed) -> Usual:
        """Ask all of them while all is well: who answers in time, without a call of its own, can be asked again."""
        usual = Usual()
        for number, step in enumerate(self._bystanders.reads):
            seen = self._alone(self._stage.player.unseen(), step, self._known, testbed, f"read-{number}")
            if seen is not None:
                usual.patience[step.operation] = max(_LEAST_PATIENCE_S, _PATIENCE_FACTOR * seconds(seen))
        for number, step in enumerate(self._bystanders.changes):
            seen = self._alone(self._newcomer, step, self._own, testbed, f"change-{number}")
            if seen is not None and seconds(seen) < _USUAL_S:
                usual.changes = (*usual.changes, step)
        return usual

    def ask(self, usual: Usual, number: int, pool: ThreadPoolExecutor) -> list[Exchange]:
        """The reads at the same instant; in the first round the changes as well, one after the other has begun."""
        changes = [
            pool.submit(self._change, step, index * _APART_S)
            for index, step in enumerate(usual.changes if number == 0 else ())
        ]
        reads = [step for step in self._bystanders.reads if step.operation in usual.patience]
        patience = max(usual.patience.values(), default=_LEAST_PATIENCE_S)
        seen = list(self._stage.player.unseen().play_together(reads, self._known, part=PROBE, timeout_s=patience))
        for change in changes:
            seen += change.result()
        asked = _named(seen, f"round{number}")
        self._stage.exchanges += asked
        return asked

    def _alone(
        self, player: Player, step: Step, known: Mapping[str, Json], testbed: Testbed, name: str
    ) -> Exchange | None:
        """The exchange, if it was answered well and no other service was asked for it."""
        before = len(testbed.outbound_calls())
        (seen,) = player.play((step,), PROBE, known).exchanges
        self._stage.exchanges += _named((seen,), name)
        return seen if seen.done and len(testbed.outbound_calls()) == before else None

    def _change(self, step: Step, wait_s: float) -> tuple[Exchange, ...]:
        time.sleep(wait_s)
        return self._newcomer.play((step,), PROBE, self._own, timeout_s=CHANGE_PATIENCE_S).exchanges


def _named(exchanges: Sequence[Exchange], prefix: str) -> list[Exchange]:
    return [each.model_copy(update={"id": f"{prefix}-{index}"}) for index, each in enumerate(exchanges)]


def _newcomer(step: Step) -> Step:
    """The step with texts of its own, so that it meets nothing that is there already."""
    return map_texts(step, lambda text: _UNIQUE.sub(str(_FIRST_NEWCOMER), text))
