"""Random sleeps: around SQL statements in threads, at every suspension of the request's tasks in async code."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

from crashworthy_sensor.context import Exchange, current
from crashworthy_sensor.interleave import running_loop
from crashworthy_sensor.interleave.turns import taking_turns
from crashworthy_sensor.place import beyond_runner, innermost, task_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from typing import Any

DEFAULT_MAX_MS = 5.0
MAX_MS = 1000.0


def pause(exchange: Exchange) -> None:
    """Sleep in a thread; not at all where that would block an event loop."""
    if running_loop() is None:
        seconds = draw(exchange, exchange.sleep)
        if seconds > 0:
            time.sleep(seconds)


def draw(exchange: Exchange, plan: dict[str, Any] | None) -> float:
    """The next sleep in seconds, within what the request may still be given."""
    if plan is None or exchange.random is None:
        return 0.0
    chance = exchange.random.random()
    share = plan.get("share", 1.0)
    if chance > (share if isinstance(share, int | float) else 1.0):
        return 0.0
    max_ms = plan.get("max_ms", DEFAULT_MAX_MS)
    limit = min(MAX_MS, max(0.0, float(max_ms))) if isinstance(max_ms, int | float) else DEFAULT_MAX_MS
    seconds = min(exchange.random.random() * limit / 1000, exchange.pause_left)
    exchange.pause_left -= seconds
    return seconds


class Drowsy:
    """Awaits a coroutine and sleeps after each of its suspensions, before it is resumed.

    A suspension is where another task may run anyway; an `await` that never suspends is left alone, because
    nothing can come between there in production either.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any], exchange: Exchange) -> None:
        self._coroutine = coroutine
        self._exchange = exchange

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine, exchange = self._coroutine, self._exchange
        sleep = sys.modules["asyncio"].sleep
        value: Any = None
        failure: BaseException | None = None
        while True:
            try:
                waited_for = coroutine.send(value) if failure is None else coroutine.throw(failure)
            except StopIteration as stop:
                return stop.value
            value, failure = None, None
            try:
                value = yield waited_for
                seconds = 0.0 if exchange.ended else draw(exchange, exchange.sleep or exchange.line)
                if seconds > 0:
                    yield from sleep(seconds).__await__()
            except GeneratorExit:
                coroutine.close()
                raise
            except BaseException as error:
                # A cancellation, also one that came while we slept, belongs to the coroutine.
                failure = error


async def drowsily(coroutine: Coroutine[Any, Any, Any], exchange: Exchange) -> Any:
    """`coroutine`, with sleeps."""
    return await Drowsy(coroutine, exchange)


def paced(coroutine: Coroutine[Any, Any, Any], exchange: Exchange) -> Coroutine[Any, Any, Any]:
    """`coroutine`, with sleeps or in turns, as the exchange's plan says."""
    return taking_turns(coroutine, exchange) if exchange.turns else drowsily(coroutine, exchange)


def patch_create_task(loop_class: Any) -> None:
    """Let tasks that a paced request starts be paced too: middleware runs the endpoint in a task of its own.

    They also learn where they were started, for when they run nothing but a library.
    """
    original = loop_class.create_task

    def create_task(self: Any, coro: Any, **kwargs: Any) -> Any:
        exchange = current.get()
        if exchange is None or exchange.anonymous:
            return original(self, coro, **kwargs)
        if exchange.paced and not exchange.ended:
            coro = paced(coro, exchange)
        place = innermost(beyond_runner(sys._getframe(1)))
        context = kwargs.get("context")
        if context is not None:
            with suppress(RuntimeError):  # the context that is running, which knows its place
                context.run(task_place.set, place)
            return original(self, coro, **kwargs)
        # The task takes a copy of this context.
        token = task_place.set(place)
        try:
            return original(self, coro, **kwargs)
        finally:
            task_place.reset(token)

    create_task.__qualname__ = getattr(original, "__qualname__", "create_task")
    loop_class.create_task = create_task
