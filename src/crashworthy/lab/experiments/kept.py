"""States after a set-up, kept so that many trials begin from them without playing the set-up again.

Most of a trial's time goes into signing up and logging in, where passwords are hashed slowly on purpose. A kept state
is the service's files only; what the service holds in memory is lost. Hence a state is used once one trial from it
has ended like the trial in which it was kept, and proofs never begin from one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crashworthy.core.history import Exchange
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.testbed import KeptState, Testbed
from crashworthy.lab.traffic.player import Memory


@dataclass(frozen=True)
class Kept:
    """The state after `setup` and what was played to get there; `seconds` since that trial began."""

    setup: tuple[Step, ...]
    state: KeptState
    exchanges: tuple[Exchange, ...]
    variables: dict[str, Json]
    memory: Memory
    seconds: float


@dataclass
class KeptSetups:
    """The kept states of one candidate. Once one is found not to be the whole state, none is used any more."""

    testbed: Testbed
    _kept: list[Kept] = field(default_factory=list)
    _trusted: set[int] = field(default_factory=set)
    _refused: bool = False

    def wants(self, setup: Sequence[Step]) -> bool:
        """Whether the state after this set-up should be kept."""
        return not self._refused and bool(setup) and self._find(setup) is None

    def add(self, kept: Kept) -> None:
        """Keep a state, to be tried before it is relied on."""
        self._kept.append(kept)

    def untried(self, setup: Sequence[Step]) -> Kept | None:
        """The state after exactly this set-up, where nobody knows yet whether it is the whole state."""
        found = self._find(setup)
        return None if self._refused or found is None or id(found) in self._trusted else found

    def start_of(self, setup: Sequence[Step]) -> Kept | None:
        """The state after the most of this set-up that can be relied on."""
        fitting = [kept for kept in self._kept if id(kept) in self._trusted and _begins(setup, kept.setup)]
        return None if self._refused else max(fitting, key=lambda kept: len(kept.setup), default=None)

    def trust(self, kept: Kept, *, is_whole: bool) -> None:
        """Tell what came of a trial from it."""
        if is_whole:
            self._trusted.add(id(kept))
        else:
            self._refused = True
            self.forget()

    def forget(self) -> None:
        """Remove all that was kept."""
        for kept in self._kept:
            kept.state.forget()
        self._kept.clear()
        self._trusted.clear()

    def _find(self, setup: Sequence[Step]) -> Kept | None:
        return next((kept for kept in self._kept if kept.setup == tuple(setup)), None)


def _begins(setup: Sequence[Step], part: Sequence[Step]) -> bool:
    return tuple(setup[: len(part)]) == tuple(part)
