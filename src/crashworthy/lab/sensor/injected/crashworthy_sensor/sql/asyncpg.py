"""asyncpg: its own methods, and those of prepared statements, which SQLAlchemy uses."""

from __future__ import annotations

from crashworthy_sensor.sql.observe import meet, note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DRIVER = "asyncpg"


def patch_connection(module: Any) -> None:
    """`fetch` and its sisters meet in `_execute`; `execute` goes there only if it has arguments."""
    connection = module.Connection
    execute_original = connection.execute
    connection._execute = _awaited(connection._execute)
    connection._executemany = _awaited(connection._executemany)

    async def execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if not args:
            waiting = note(DRIVER, query)
            if waiting is not None:
                await meet(waiting)
        return await execute_original(self, query, *args, **kwargs)

    connection.execute = execute


def _awaited(original: Any) -> Any:
    async def method(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        waiting = note(DRIVER, query)
        if waiting is not None:
            await meet(waiting)
        return await original(self, query, *args, **kwargs)

    method.__name__ = original.__name__
    method.__qualname__ = original.__qualname__
    return method


def patch_prepared(module: Any) -> None:
    """`fetch` and its sisters of a prepared statement meet in a private method; two do not go there."""
    statement = module.PreparedStatement
    for name in ("_PreparedStatement__bind_execute", "executemany", "fetchmany"):
        if hasattr(statement, name):
            setattr(statement, name, _prepared(getattr(statement, name)))


def _prepared(original: Any) -> Any:
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        waiting = note(DRIVER, self._query)
        if waiting is not None:
            await meet(waiting)
        return await original(self, *args, **kwargs)

    method.__name__ = original.__name__
    method.__qualname__ = original.__qualname__
    return method
