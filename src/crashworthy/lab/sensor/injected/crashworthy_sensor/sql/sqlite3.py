"""The standard library's sqlite3.

`Connection` and `Cursor` are replaced by subclasses under the same names, in both modules that carry them, before
anybody imports the names: so `isinstance`, own subclasses, factories and annotations go on working. Both classes need
the overrides, because the C `Connection.execute` does not call an overridden `Cursor.execute`, and `with connection:`
does not call an overridden `commit`.
"""

from __future__ import annotations

import sys

from crashworthy_sensor.sql.observe import after, before, committed, rolled_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FACTORY_POSITION = 5
_METHODS = ("execute", "executemany", "executescript")


def patch(module: Any) -> None:
    """Replace `connect`, `Connection` and `Cursor`."""
    base_connection: Any = module.Connection
    base_cursor: Any = module.Cursor
    connect_original = module.connect

    class Cursor(base_cursor):  # type: ignore[misc]  # the base is only known at run time
        __slots__ = ()

    class Connection(base_connection):  # type: ignore[misc]
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            if self.in_transaction:
                committed("sqlite3")
            super().commit()

        def rollback(self) -> None:
            if self.in_transaction:
                rolled_back("sqlite3")
            super().rollback()

        def __exit__(self, kind: Any, value: Any, traceback: Any) -> Any:
            if self.in_transaction:
                (committed if kind is None else rolled_back)("sqlite3")
            return super().__exit__(kind, value, traceback)

    for name in _METHODS:
        setattr(Cursor, name, _observed(name, getattr(base_cursor, name)))
        setattr(Connection, name, _observed(name, getattr(base_connection, name)))

    def connect(*args: Any, **kwargs: Any) -> Any:
        if len(args) <= FACTORY_POSITION:
            kwargs.setdefault("factory", Connection)
        return connect_original(*args, **kwargs)

    connect.__doc__ = connect_original.__doc__
    pairs: tuple[tuple[Any, Any], ...]
    pairs = ((Cursor, base_cursor), (Connection, base_connection), (connect, connect_original))
    for replacement, original in pairs:
        name = original.__name__
        replacement.__module__ = "sqlite3"
        replacement.__qualname__ = replacement.__name__ = name
        for owner in (module, sys.modules.get("sqlite3")):
            if owner is not None and getattr(owner, name, None) is original:
                setattr(owner, name, replacement)


def _observed(name: str, original: Any) -> Any:
    def method(self: Any, sql: Any, *args: Any) -> Any:
        armed = before("sqlite3", sql)
        result = original(self, sql, *args)
        if armed is not None:
            after(armed)
        return result

    method.__name__ = name
    method.__qualname__ = original.__qualname__
    method.__doc__ = original.__doc__
    return method
