"""The standard library's sqlite3.

`Connection` and `Cursor` are replaced by subclasses under the same names, in both modules that carry them, before
anybody imports the names: so `isinstance`, own subclasses, factories and annotations go on working. Both classes need
the overrides, because the C `Connection.execute` makes a C cursor and calls no overridden `Cursor.execute`, and
`with connection:` does not call an overridden `commit`.

A failed statement's traceback keeps the frames of our overrides. A cursor in them would outlive the connection's close,
keep its transaction open and lock the database for everybody: hence `del self`, and no name for a cursor of ours.
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
        observed = _observed(name, getattr(base_cursor, name))
        setattr(Cursor, name, observed)
        setattr(Connection, name, _shortcut(name, base_connection, Cursor, observed))

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


def _shortcut(name: str, base_connection: Any, cursor_class: Any, observed: Any) -> Any:
    """The connection's method of the same name, which returns the cursor that it made.

    As in C, the cursor comes from the class's own `cursor`, not from one that a subclass put in its place.
    """
    original = getattr(base_connection, name)
    make_cursor = base_connection.cursor

    def method(self: Any, sql: Any, *args: Any) -> Any:
        return observed(make_cursor(self, cursor_class), sql, *args)

    method.__name__ = name
    method.__qualname__ = original.__qualname__
    method.__doc__ = original.__doc__
    return method


def _observed(name: str, original: Any) -> Any:
    def method(self: Any, sql: Any, *args: Any) -> Any:
        try:
            armed = before("sqlite3", sql)
            result = original(self, sql, *args)
        except BaseException:
            del self
            raise
        if armed is not None:
            after(armed)
        return result

    method.__name__ = name
    method.__qualname__ = original.__qualname__
    method.__doc__ = original.__doc__
    return method
