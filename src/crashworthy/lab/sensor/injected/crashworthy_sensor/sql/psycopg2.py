"""psycopg2: C types, replaced by subclasses under the same names as in `sqlite3`."""

from __future__ import annotations

from crashworthy_sensor.outbound import libpq
from crashworthy_sensor.sql.observe import after, before, committed, rolled_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DRIVER = "psycopg2"


def patch_extensions(module: Any) -> None:
    """Replace `connection` and `cursor` before `psycopg2.extras` derives its classes from them."""
    base_connection: Any = module.connection
    base_cursor: Any = module.cursor

    class cursor(base_cursor):  # type: ignore[misc]  # noqa: N801 - the name it replaces
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            armed = before(DRIVER, query)
            result = super().execute(query, *args, **kwargs)
            if armed is not None:
                after(armed)
            return result

        def executemany(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            armed = before(DRIVER, query)
            result = super().executemany(query, *args, **kwargs)
            if armed is not None:
                after(armed)
            return result

    class connection(base_connection):  # type: ignore[misc]  # noqa: N801
        def cursor(self, *args: Any, **kwargs: Any) -> Any:
            # The factory is the second argument, and an attribute of the connection.
            if len(args) < 2 and kwargs.get("cursor_factory") is None and self.cursor_factory is None:
                kwargs["cursor_factory"] = cursor
            return super().cursor(*args, **kwargs)

        def commit(self) -> None:
            if self.get_transaction_status():  # 0 is idle: nothing to commit
                committed(DRIVER)
            super().commit()

        def rollback(self) -> None:
            if self.get_transaction_status():
                rolled_back(DRIVER)
            super().rollback()

    for replacement, original in ((cursor, base_cursor), (connection, base_connection)):
        replacement.__module__ = original.__module__
        replacement.__qualname__ = replacement.__name__
        setattr(module, replacement.__name__, replacement)


def patch(module: Any) -> None:
    """Let `connect` make our connections, and apply the redirections to what it gives to libpq."""
    original = module.connect
    extensions = module.extensions

    def connect(dsn: Any = None, connection_factory: Any = None, cursor_factory: Any = None, **kwargs: Any) -> Any:
        if dsn is not None or kwargs:
            driver_options: dict[str, Any] = {name: kwargs.pop(name) for name in ("async", "async_") if name in kwargs}
            parameters = extensions.parse_dsn(extensions.make_dsn(dsn, **kwargs))
            dsn, kwargs = None, {**libpq.redirect(parameters), **driver_options}
        return original(dsn, connection_factory or extensions.connection, cursor_factory, **kwargs)

    connect.__doc__ = original.__doc__
    module.connect = connect
