"""Exploring one live copy of the service: rounds over its operations, as long as one of them teaches something."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from crashworthy.core.history import Exchange
from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.attempt import Workshop
from crashworthy.lab.traffic.coverage import Coverage
from crashworthy.lab.traffic.identify import Identifier
from crashworthy.lab.traffic.knowledge import Knowledge
from crashworthy.lab.traffic.lessons.lessons import NOTHING_LEARNED, Lessons
from crashworthy.lab.traffic.live import Live
from crashworthy.lab.traffic.order import in_order
from crashworthy.lab.traffic.pages import Pages
from crashworthy.lab.traffic.search import MOST_ATTEMPTS, Search
from crashworthy.lab.traffic.sessions import Sessions
from crashworthy.lab.traffic.trail import Trail

_ATTEMPTS_PER_ROUND = 14
# In the first round little is known yet: what fails then waits for what the others teach.
_ATTEMPTS_AT_FIRST = 6
_ROUNDS = 8


class Explorer:
    """Explores one live copy. `knowledge` holds what was learned, `trails` why the rest failed."""

    def __init__(
        self,
        live: Live,
        operations: Sequence[Operation],
        workshop: Workshop,
        identifier: Identifier,
        *,
        sensor: bool = False,
        coverage: Coverage | None = None,
        timeout_s: float,
        deadline: float,
        progress: Callable[[int], None],
        lessons: Lessons = NOTHING_LEARNED,
    ) -> None:
        self.coverage = coverage
        self.sessions = Sessions(
            live,
            workshop.knowledge,
            timeout_s=timeout_s,
            sensor=sensor or coverage is not None,
            coverage=coverage is not None,
        )
        self._pages = Pages(workshop, self.sessions, self.goes_on)
        self._workshop = workshop
        self._operations = in_order(self._workshop, operations)
        self.deadline = deadline
        self._progress = progress
        self._scouted = False
        self.trails = {operation.name: Trail() for operation in operations}
        self._search = Search(
            self._operations,
            workshop,
            identifier,
            self.sessions,
            self._pages,
            lessons,
            self.trails,
            goes_on=self.goes_on,
            reached=self._reached,
        )

    @property
    def knowledge(self) -> Knowledge:
        """What was learned so far."""
        return self._workshop.knowledge

    def explore(self) -> None:
        """Rounds over what is not reached yet, as long as they teach something."""
        if not self._scouted:
            self._scouted = True
            for operation, exchange in self._pages.open_to_all(self._operations):
                self._read(operation, exchange)
        for number in range(_ROUNDS):
            before = self.knowledge.version
            is_first = number == 0 and not self.knowledge.lessons
            for name in [each.name for each in self._operations]:
                operation = next(each for each in self._operations if each.name == name)
                if not self.goes_on():
                    return
                trail = self.trails[operation.name]
                if trail.attempts >= MOST_ATTEMPTS or not self.knowledge.wants(operation):
                    continue
                if trail.version != self.knowledge.version:
                    self._search.search(operation, trail, _ATTEMPTS_AT_FIRST if is_first else _ATTEMPTS_PER_ROUND)
                    trail.version = self.knowledge.version
            for operation, exchange in self._pages.follow(self._operations):
                self._read(operation, exchange)
            self._pages.look_again()
            if self.knowledge.version == before and not self._guess() and not self._draw():
                return

    def _guess(self) -> bool:
        """From now on guess what nothing was found to give; whether anything waits for that."""
        waiting = [trail for name, trail in self.trails.items() if trail.waits and name not in self.knowledge.lessons]
        for trail in waiting:
            trail.waits, trail.guesses, trail.version = False, True, -1
        return bool(waiting)

    def _draw(self) -> bool:
        """From now on send what the schemas allow by chance; whether there is anything that is refused for its data."""
        refused_data = [
            trail
            for name, trail in self.trails.items()
            if name not in self.knowledge.lessons
            and not trail.draws
            and not trail.unmet
            and (trail.last_status in (400, 422) or trail.last_status >= 500)
        ]
        for trail in refused_data:
            trail.draws, trail.version = True, -1
        return bool(refused_data)

    def goes_on(self) -> bool:
        """Whether there is time left, and a copy that runs."""
        if self.coverage is not None:
            self.coverage.note(self.sessions.live.copy)
        return time.monotonic() < self.deadline and self.sessions.live.alive()

    def misses(self) -> bool:
        """Whether there is an operation without a way."""
        return any(name not in self.knowledge.lessons for name in self.trails)

    def take_up(self, operations: Sequence[Operation]) -> None:
        """Explore these as well."""
        self._operations = in_order(self._workshop, [*self._operations, *operations])
        self.trails |= {operation.name: Trail() for operation in operations}

    def hope(self) -> None:
        """Allow more attempts at what lacked a thing: there is one now, perhaps."""
        for trail in self.trails.values():
            if trail.unmet:
                trail.attempts = min(trail.attempts, MOST_ATTEMPTS // 2)

    def again(self, operations: Collection[str], live: Live) -> None:
        """Explore these anew, on another copy: their ways did not replay."""
        self.sessions.live = live
        for name in operations:
            self.knowledge.forget(name)
            self.trails[name] = Trail()
        self.explore()

    def _reached(self, operation: Operation, exchange: Exchange) -> None:
        if operation.is_safe:
            self._read(operation, exchange)
        self._progress(len(self.knowledge.lessons))

    def _read(self, operation: Operation, exchange: Exchange) -> None:
        """Learn from a page's forms what other operations take; these are begun anew."""
        taught = self._pages.read(operation, exchange, self._operations)
        if taught:
            self.trails |= {name: Trail() for name in taught if name not in self.knowledge.lessons}
            self._operations = in_order(self._workshop, [taught.get(each.name, each) for each in self._operations])
