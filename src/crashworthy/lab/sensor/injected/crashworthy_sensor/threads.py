"""Threads and executors started by a request keep working for it."""

from __future__ import annotations

import sys
from functools import partial
from json.encoder import encode_basestring_ascii as quote

from crashworthy_sensor import lines
from crashworthy_sensor.context import ANONYMOUS, Exchange, current
from crashworthy_sensor.events import MAX_TEXT, record, sensor_error
from crashworthy_sensor.place import innermost, task_place, thread_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from crashworthy_sensor.place import Place

# Threads that serve many requests; each piece of their work brings its own exchange, or has none.
_SHARED_WORKERS = frozenset({"concurrent.futures.thread", "aiosqlite.core", "anyio._backends._asyncio"})

# Free-threaded builds of 3.14 let a thread start with its parent's context: a worker's must then be set each time.
_INHERITED = bool(getattr(sys.flags, "thread_inherit_context", False))


def run_for(
    exchange: Exchange | None, place: Place | None, function: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    """Call `function` in this thread on behalf of `exchange`; own code at `place` asked for it."""
    previous, previous_place = current.get(), getattr(thread_place, "place", None)
    current.set(exchange)
    thread_place.place = place
    traced = exchange is not None and (exchange.coverage or exchange.line is not None)
    if traced:
        lines.enter_thread()
    try:
        return function(*args, **kwargs)
    finally:
        if traced:
            lines.leave_thread()
        current.set(previous)
        thread_place.place = previous_place


def patch_threading(module: Any) -> None:
    """`threading.Thread.start`."""
    original = module.Thread.start

    def start(self: Any) -> None:
        exchange = current.get()
        if exchange is not None and exchange is not ANONYMOUS:
            try:
                modules = {type(self).__module__, getattr(getattr(self, "_target", None), "__module__", None)}
                if _SHARED_WORKERS.isdisjoint(modules):
                    place = innermost(sys._getframe(1))
                    _carry(self, exchange, place)
                    record("thread-start", f'{{"name":{quote(str(self.name)[:MAX_TEXT])}}}', exchange, place)
            except Exception:
                sensor_error("thread start")
        return original(self)  # type: ignore[no-any-return]

    module.Thread.start = start


def _carry(thread: Any, exchange: Exchange, place: Place | None) -> None:
    # Through `run`, which subclasses override and all versions call inside the thread's own context.
    run = thread.run

    def run_in_exchange() -> None:
        thread.__dict__.pop("run", None)
        run_for(exchange, place, run)

    thread.run = run_in_exchange


def patch_futures(module: Any) -> None:
    """`concurrent.futures.ThreadPoolExecutor.submit`, which asyncio's `run_in_executor` calls too."""
    original = module.ThreadPoolExecutor.submit

    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        exchange = current.get()
        if exchange is not None or _INHERITED:
            place = innermost(sys._getframe(1)) if exchange not in (None, ANONYMOUS) else None
            fn = partial(run_for, exchange, place, fn)
        return original(self, fn, *args, **kwargs)

    module.ThreadPoolExecutor.submit = submit


def patch_anyio(module: Any) -> None:
    """`anyio.to_thread.run_sync`, which runs sync endpoints: it copies the context but not a trace function."""
    if sys.version_info >= (3, 12):
        return
    original = module.run_sync

    async def run_sync(func: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = current.get()
        if exchange is not None and (exchange.coverage or exchange.line):
            func = partial(run_for, exchange, task_place.get(), func)
        return await original(func, *args, **kwargs)

    module.run_sync = run_sync
