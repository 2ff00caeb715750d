"""What the stand-in received."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

MAX_CALLS = 50_000
MAX_BODY_BYTES = 64 * 1024


@dataclass(frozen=True)
class StandInCall:
    """One request that a stand-in received; an `OutboundCall` of the testbed.

    `at` is in seconds of time.monotonic(). `host` is the dependency's name (see `names.Dependency`). A
    connection that never became a request has the method "CONNECT" and an empty path; a mail has the method
    "MAIL" and its first recipient as path. `body` is cut at `MAX_BODY_BYTES`. `fault` is the kind of fault
    that was in force.
    """

    at: float
    host: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    fault: str = "normal"


class CallLog:
    """The calls since it was last cleared, oldest first; the oldest are dropped beyond `MAX_CALLS`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[StandInCall] = deque(maxlen=MAX_CALLS)

    def add(self, call: StandInCall) -> None:
        """Keep a call."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()

    def all(self) -> tuple[StandInCall, ...]:
        """The calls so far."""
        with self._lock:
            return tuple(self._calls)
