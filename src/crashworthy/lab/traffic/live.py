"""The live copy that is explored: replaced by a fresh one when its state is in the way, or when it died."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Protocol


class LiveCopy(Protocol):
    """What exploring needs of crashworthy.lab.testbed.Instance."""

    @property
    def base_url(self) -> str: ...  # noqa: D102
    def alive(self) -> bool: ...  # noqa: D102


class Copies(Protocol):
    """What the driver needs of crashworthy.lab.testbed.Testbed."""

    def fresh(self) -> AbstractContextManager[LiveCopy]: ...  # noqa: D102


class Live:
    """A context manager that holds one copy; `copies` counts how many there were, `opening_s` the last one took."""

    def __init__(self, testbed: Copies, most_copies: int) -> None:
        self._testbed = testbed
        self._most = most_copies
        self._stack = ExitStack()
        self._copy: LiveCopy | None = None
        self.copies = 0
        self.opening_s = 0.0

    def __enter__(self) -> Live:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def base_url(self) -> str:
        """Where the present copy listens."""
        return self.copy.base_url

    @property
    def copy(self) -> LiveCopy:
        """The present copy."""
        assert self._copy is not None
        return self._copy

    def alive(self) -> bool:
        """Whether there is a copy that runs; a dead one is replaced, as long as there may be more."""
        return (self._copy is not None and self._copy.alive()) or self.renew()

    def renew(self) -> bool:
        """Replace the copy by a fresh one; False when there were enough of them."""
        if self.copies >= self._most:
            return False
        self._stack.close()
        self._open()
        return True

    def _open(self) -> None:
        self.copies += 1
        began = time.monotonic()
        self._copy = self._stack.enter_context(self._testbed.fresh())
        self.opening_s = time.monotonic() - began
