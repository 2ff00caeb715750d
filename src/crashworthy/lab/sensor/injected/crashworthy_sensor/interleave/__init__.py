"""Bring concurrent requests together in time: a barrier before writes, sleeps between steps.

Two rules hold everywhere: the event loop is never blocked (a hook that could only block it lets the request pass),
and every wait ends by itself (so that a service that holds a lock while it waits stays healthy).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


def running_loop() -> AbstractEventLoop | None:
    """The event loop that runs in this thread, without importing asyncio for it."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return None
    loop: AbstractEventLoop | None = asyncio._get_running_loop()
    return loop
