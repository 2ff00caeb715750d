"""aiosqlite: sqlite3 in a thread per connection, so its work has to be told for whom it is done."""

from __future__ import annotations

import sys
from functools import partial

from crashworthy_sensor.context import ANONYMOUS, current
from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.interleave import barrier
from crashworthy_sensor.place import innermost
from crashworthy_sensor.sql.statement import understand
from crashworthy_sensor.threads import run_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def patch(module: Any) -> None:
    """Wrap `Connection._execute(function, *args)`, through which everything goes.

    The barrier is awaited here; the statement itself is reported by the hooks of sqlite3, in the thread.
    """
    original = module.Connection._execute

    async def _execute(self: Any, fn: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = current.get()
        place = None
        if exchange is not None and exchange is not ANONYMOUS:
            try:
                place = innermost(sys._getframe())
                if exchange.barrier is not None and not exchange.waited and args and _changes_data(args[0]):
                    await barrier.wait_async(exchange, place)
            except Exception:
                sensor_error("aiosqlite statement")
        return await original(self, partial(run_for, exchange, place, fn), *args, **kwargs)

    module.Connection._execute = _execute


def _changes_data(statement: Any) -> bool:
    return isinstance(statement, str) and understand(statement).data_write
