"""Own lines of the service that requests executed, as its sensor tells."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from crashworthy.core.history import SensorEvent

Lines = frozenset[tuple[str, int]]

_PATIENCE_S = 0.06


@runtime_checkable
class Sensed(Protocol):
    """A copy that a sensor watches; see crashworthy.lab.testbed.Instance."""

    def drain(self, settle_s: float = 0.0) -> tuple[SensorEvent, ...]: ...  # noqa: D102


class Coverage:
    """`covered` grows by all that was executed; `last` are the own lines of the request that was waited for."""

    def __init__(self) -> None:
        self.covered: set[tuple[str, int]] = set()

    def note(self, copy: object) -> None:
        """Take in what was reported so far."""
        if isinstance(copy, Sensed):
            self._take(copy.drain())

    def of(self, copy: object, exchange: str) -> Lines:
        """The lines of one request, by its exchange's id; waits a little, as they are told after its answer.

        What was reported before is to be noted first: ids begin anew with each player.
        """
        found: Lines = frozenset()
        if not isinstance(copy, Sensed):
            return found
        until = time.monotonic() + _PATIENCE_S
        while not found and time.monotonic() < until:
            found = self._take(copy.drain(0.002), exchange)
        return found

    def _take(self, events: Iterable[SensorEvent], exchange: str | None = None) -> Lines:
        found: set[tuple[str, int]] = set()
        for event in events:
            if event.kind != "lines":
                continue
            lines = lines_of(event)
            self.covered |= lines
            if event.exchange == exchange:
                found |= lines
        return frozenset(found)


def lines_of(event: SensorEvent) -> set[tuple[str, int]]:
    """File and line number of each line that an event of the kind `lines` names."""
    files = event.data.get("files")
    return {
        (file, line)
        for file, lines in (files.items() if isinstance(files, dict) else ())
        if isinstance(lines, list)
        for line in lines
        if isinstance(line, int)
    }
