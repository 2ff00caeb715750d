"""Virtual time: where all requests of a meeting sleep and nothing outside is waited for, the next timer is due at once.

The event loop's clock and the process's time of day are put forward to the end of the shortest sleep. So
timers fire in the order in which they would have fired, and nobody waits for them. Whatever might still come from
outside lets the time pass as it does: a socket that is neither the server's own nor a client's, a pipe, a thread at
work, something that the loop is about to do. Loops that are written in C, such as uvloop's, are left alone.
"""

from __future__ import annotations

import os
import sys
import threading

from crashworthy_sensor import clock
from crashworthy_sensor.context import Exchange, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from types import FrameType
    from typing import Any

_SLEEP = "_set_result_unless_cancelled"
"""What the loop calls at the end of `asyncio.sleep`."""
ALIKE_S = 0.05
_EXECUTOR = os.path.join("concurrent", "futures", "thread.py")
_POOLS = (_EXECUTOR, os.path.join("anyio", "_backends", "_asyncio.py"))


class LoopClock:
    """Puts an event loop's clock forward. One per loop; what was put forward stays so."""

    def __init__(self, loop: Any) -> None:
        self._real = loop.time
        self.ahead_s = 0.0
        loop.time = self.time

    def time(self) -> float:
        """Seconds, as the loop counts them."""
        now: float = self._real()
        return now + self.ahead_s


def clock_of(loop: Any) -> LoopClock | None:
    """The clock of a loop whose time can be put forward, else None."""
    own = getattr(loop, "_crashworthy_clock", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    if not isinstance(loop, sys.modules["asyncio"].SelectorEventLoop):
        return None
    own = loop._crashworthy_clock = LoopClock(loop)
    return own


def pass_time(loop: Any, exchanges: Collection[Exchange]) -> float | None:
    """Put the clock forward to the end of the next sleep of these requests.

    By how many seconds: 0.0 where the loop has something at hand first, None where the time has to pass as it does. To
    be called by a callback of the loop.
    """
    own = clock_of(loop)
    if own is None:
        return None
    ends = [
        timer.when()
        for timer in loop._scheduled
        if not timer.cancelled()
        and getattr(timer._callback, "__name__", "") == _SLEEP
        and timer._context.get(current) in exchanges
    ]
    if loop._ready or loop._selector.select(0):
        return 0.0
    if not ends or _outside(loop) or any(map(_works, threading.enumerate())):
        return None
    # Which of two that sleep equally long wakes first is not for microseconds to say.
    until = max(end for end in ends if end <= min(ends) + ALIKE_S)
    seconds: float = max(0.0, until - loop.time())
    own.ahead_s += seconds
    clock.put_forward(seconds)
    return seconds


def _outside(loop: Any) -> bool:
    """Whether the loop watches anything but its own waker, the server's listening sockets and clients' connections."""
    import socket  # what patches it may have to come first

    ports: set[Any] = set()
    others: list[Any] = []
    for key in loop._selector.get_map().values():
        if key.fd == loop._ssock.fileno():
            continue
        try:
            with socket.socket(fileno=os.dup(key.fd)) as watched:
                name = watched.getsockname()
                listens = watched.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        except OSError:  # a pipe, or what has just been closed
            return True
        where = name[1] if isinstance(name, tuple) else name
        ports.add(where) if listens else others.append(where)
    return any(not where or where not in ports for where in others)


def _works(thread: threading.Thread) -> bool:
    """Whether a thread does anything but wait for work: a pool's, in the call that takes it from the queue."""
    if thread is threading.current_thread() or thread.ident is None:
        return False
    frame: FrameType | None = sys._current_frames().get(thread.ident)
    if frame is not None and _is(frame, "threading.py", "wait"):
        frame = frame.f_back
    if frame is not None and _is(frame, "queue.py", "get"):
        frame = frame.f_back
        return frame is None or not frame.f_code.co_filename.endswith(_POOLS)
    return frame is not None and not _is(frame, _EXECUTOR, "_worker")


def _is(frame: FrameType, file: str, name: str) -> bool:
    return frame.f_code.co_name == name and frame.f_code.co_filename.endswith(file)
