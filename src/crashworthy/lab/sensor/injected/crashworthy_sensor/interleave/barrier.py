"""The barrier: requests wait before their first write until all parties have arrived, or the time is out."""

from __future__ import annotations

import threading
from contextlib import suppress

from crashworthy_sensor.context import Exchange
from crashworthy_sensor.events import encode, record
from crashworthy_sensor.interleave import running_loop
from crashworthy_sensor.place import innermost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from crashworthy_sensor.place import Place

DEFAULT_TIMEOUT_MS = 250
MAX_TIMEOUT_MS = 10_000
MAX_BARRIERS = 64


class Barrier:
    """One meeting point, for threads and tasks alike.

    Arrivals add up: who gave up waiting has still arrived. A party that ended without a write will never come, so
    nobody waits for it.
    """

    def __init__(self, name: str, parties: int) -> None:
        self.name = name
        self.parties = parties
        self.arrived = 0
        self.absent = 0
        self.wakers: list[Callable[[], None]] = []
        self.lock = threading.Lock()

    def arrive(self, waker: Callable[[], None]) -> bool:
        """Count an arrival. True when there is nobody left to wait for, else `waker` is called then."""
        with self.lock:
            self.arrived += 1
            if not self._complete():
                self.wakers.append(waker)
                return False
        self._wake()
        return True

    def leave(self) -> None:
        """A party ended without arriving."""
        with self.lock:
            self.absent += 1
            if not self._complete():
                return
        self._wake()

    @property
    def outcome(self) -> str:
        """How a wait that is over came to its end."""
        return "full" if self.arrived >= self.parties else "timeout"

    def _complete(self) -> bool:
        return self.arrived + self.absent >= self.parties

    def _wake(self) -> None:
        # The same name in a later trial is another barrier.
        if _barriers.get(self.name) is self:
            _barriers.pop(self.name, None)
        with self.lock:
            wakers, self.wakers = self.wakers, []
        for waker in wakers:
            waker()


_barriers: dict[str, Barrier] = {}
_registry_lock = threading.Lock()


def forget_all() -> None:
    """After a fork: the parent's meetings are not ours."""
    global _registry_lock
    _registry_lock = threading.Lock()
    _barriers.clear()


def wait(exchange: Exchange, frame: FrameType | None) -> None:
    """Wait in a thread. In the thread of an event loop, where waiting would block all, go on at once."""
    barrier = _next(exchange)
    if barrier is None:
        return
    if running_loop() is not None:
        barrier.arrive(_nothing)
        _report(barrier, exchange, innermost(frame), "skipped")
        return
    # Looked up late: under gevent this is a cooperative event.
    event = threading.Event()
    if not barrier.arrive(event.set):
        event.wait(_timeout_s(exchange))
    _report(barrier, exchange, innermost(frame))


async def wait_async(exchange: Exchange, place: Place | None) -> None:
    """Wait in a task."""
    barrier = _next(exchange)
    if barrier is None:
        return
    loop = running_loop()
    if loop is None:
        return
    done = loop.create_future()

    def finish() -> None:
        if not done.done():
            done.set_result(None)

    def wake() -> None:
        # A loop that is closed has nobody waiting.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(finish)

    if not barrier.arrive(wake):
        timer = loop.call_later(_timeout_s(exchange), finish)
        try:
            await done
        finally:
            timer.cancel()
    _report(barrier, exchange, place)


def leave(exchange: Exchange) -> None:
    """The request is over; if it never came to its barrier, the others need not wait."""
    if exchange.barrier is not None and not exchange.waited:
        exchange.waited = True
        _find(exchange.barrier).leave()


def _next(exchange: Exchange) -> Barrier | None:
    plan = exchange.barrier
    if plan is None or exchange.waited:
        return None
    exchange.writes += 1
    if exchange.writes <= _integer(plan.get("skip"), 0):
        return None
    exchange.waited = True
    return _find(plan)


def _find(plan: dict[str, object]) -> Barrier:
    name = str(plan.get("name", ""))[:200]
    with _registry_lock:
        barrier = _barriers.get(name)
        if barrier is None:
            if len(_barriers) >= MAX_BARRIERS:
                _barriers.pop(next(iter(_barriers)))
            barrier = _barriers[name] = Barrier(name, _integer(plan.get("parties"), 1))
        return barrier


def _timeout_s(exchange: Exchange) -> float:
    plan = exchange.barrier or {}
    return min(MAX_TIMEOUT_MS, max(0, _integer(plan.get("timeout_ms"), DEFAULT_TIMEOUT_MS))) / 1000


def _integer(value: object, default: int) -> int:
    return int(value) if isinstance(value, int | float) else default


def _report(barrier: Barrier, exchange: Exchange, place: Place | None, released: str | None = None) -> None:
    data = {"name": barrier.name, "arrived": barrier.arrived, "released": released or barrier.outcome}
    record("barrier", encode(data), exchange, place, urgent=True)


def _nothing() -> None:
    pass
