"""The share of the service's own lines that were executed, as its sensor tells."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

from crashworthy.core.history import SensorEvent
from crashworthy.lab.service.copies import RunningCopy
from crashworthy.lab.service.testbed import ServiceTestbed
from crashworthy.lab.testbed import Instance
from crashworthy.source.tree import SourceTree

Line = tuple[str, int]
_IN_A_FUNCTION = 0x2  # inspect.CO_NEWLOCALS, which module code does not have
_CLASS_BODY = "__qualname__"


def own_lines(tree: SourceTree) -> frozenset[Line]:
    """Lines inside functions; what runs at the import says nothing about who used the service."""
    found: set[Line] = set()
    for file in tree.files:
        with contextlib.suppress(SyntaxError, ValueError):
            found |= {(file.path, line) for line in _lines(compile(file.text, file.path, "exec"))}
    return frozenset(found)


def _lines(code: CodeType) -> Iterator[int]:
    if code.co_flags & _IN_A_FUNCTION and _CLASS_BODY not in code.co_names:
        yield from (line for _, _, line in code.co_lines() if line and line != code.co_firstlineno)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines(constant)


class WatchedTestbed:
    """A testbed that keeps the lines that its copies report to whoever drains them."""

    def __init__(self, testbed: ServiceTestbed) -> None:
        self._testbed = testbed
        self.executed: set[Line] = set()

    @contextmanager
    def fresh(self) -> Iterator[WatchedCopy]:
        """A fresh copy, watched."""
        with self._testbed.fresh() as copy:
            watched = WatchedCopy(copy, self.executed)
            yield watched
            watched.drain()


class WatchedCopy:
    """One copy; passes everything on."""

    def __init__(self, copy: RunningCopy, executed: set[Line]) -> None:
        self._copy: Instance = copy
        self._executed = executed

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return self._copy.base_url

    @property
    def ready_s(self) -> float:
        """Seconds until it did."""
        return self._copy.ready_s

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._copy.alive()

    def output(self) -> str:
        """What it printed."""
        return self._copy.output()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._copy.signal(number)

    def wait(self, timeout_s: float) -> int | None:
        """Wait for its end."""
        return self._copy.wait(timeout_s)

    def drain(self, settle_s: float = 0.0) -> tuple[SensorEvent, ...]:
        """What its sensor saw."""
        events = self._copy.drain(settle_s)
        self._executed.update(_reported(events))
        return events


def _reported(events: Iterable[SensorEvent]) -> Iterator[Line]:
    for event in events:
        files = event.data.get("files") if event.kind == "lines" else None
        for file, lines in files.items() if isinstance(files, dict) else ():
            if isinstance(lines, list):
                yield from ((Path(file).as_posix(), line) for line in lines if isinstance(line, int))
