"""psycopg 3: cursors are Python classes, with or without its C part."""

from __future__ import annotations

import sys

from crashworthy_sensor.outbound import libpq
from crashworthy_sensor.sql.observe import after, before, committed, meet, note, rolled_back
from crashworthy_sensor.sql.statement import understand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DRIVER = "psycopg"


def patch_connection(module: Any) -> None:
    """Apply the redirections to the parameters that `connect` gives to libpq."""
    for name in ("Connection", "AsyncConnection"):
        owner = getattr(module, name, None)
        if owner is None or "_get_connection_params" not in vars(owner):
            continue
        original = owner._get_connection_params.__func__
        redirected = _redirected_async(original) if name.startswith("Async") else _redirected(original)
        owner._get_connection_params = classmethod(redirected)


def _redirected(original: Any) -> Any:
    def _get_connection_params(cls: Any, conninfo: str, **kwargs: Any) -> Any:
        return libpq.redirect(original(cls, conninfo, **kwargs))

    return _get_connection_params


def _redirected_async(original: Any) -> Any:
    async def _get_connection_params(cls: Any, conninfo: str, **kwargs: Any) -> Any:
        return libpq.redirect(await original(cls, conninfo, **kwargs))

    return _get_connection_params


def patch_connection_base(module: Any) -> None:
    """COMMIT and ROLLBACK, also those of `with connection.transaction()`, meet in `_exec_command`."""
    original = module.BaseConnection._exec_command

    def _exec_command(self: Any, command: Any, *args: Any, **kwargs: Any) -> Any:
        known = understand(command)
        if known.commits:
            committed(DRIVER, sys._getframe(1))
        elif known.rolls_back:
            rolled_back(DRIVER, sys._getframe(1))
        return original(self, command, *args, **kwargs)

    module.BaseConnection._exec_command = _exec_command


def patch_cursor(module: Any) -> None:
    """Cursors of `Connection`."""
    for name in ("execute", "executemany"):
        setattr(module.Cursor, name, _observed(getattr(module.Cursor, name)))


def patch_server_cursor(module: Any) -> None:
    """Named cursors."""
    module.ServerCursor.execute = _observed(module.ServerCursor.execute)


def patch_cursor_async(module: Any) -> None:
    """Cursors of `AsyncConnection`."""
    for name in ("execute", "executemany"):
        setattr(module.AsyncCursor, name, _awaited(getattr(module.AsyncCursor, name)))


def patch_server_cursor_async(module: Any) -> None:
    """Named cursors of `AsyncConnection`."""
    module.AsyncServerCursor.execute = _awaited(module.AsyncServerCursor.execute)


def _observed(original: Any) -> Any:
    def method(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        armed = before(DRIVER, query)
        result = original(self, query, *args, **kwargs)
        if armed is not None:
            after(armed)
        return result

    return _named(method, original)


def _awaited(original: Any) -> Any:
    async def method(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        waiting = note(DRIVER, query)
        if waiting is not None:
            await meet(waiting)
        return await original(self, query, *args, **kwargs)

    return _named(method, original)


def _named(method: Any, original: Any) -> Any:
    method.__name__ = original.__name__
    method.__qualname__ = original.__qualname__
    method.__doc__ = original.__doc__
    return method
