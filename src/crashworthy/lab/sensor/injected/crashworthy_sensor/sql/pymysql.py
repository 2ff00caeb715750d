"""PyMySQL: every statement goes through `Connection.query`."""

from __future__ import annotations

from crashworthy_sensor.sql.observe import after, before, committed, rolled_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DRIVER = "pymysql"


def patch(module: Any) -> None:
    """Wrap `query`, `commit` and `rollback`."""
    connection = module.Connection
    query_original, commit_original, rollback_original = connection.query, connection.commit, connection.rollback

    def query(self: Any, sql: Any, *args: Any, **kwargs: Any) -> Any:
        armed = before(DRIVER, sql)
        result = query_original(self, sql, *args, **kwargs)
        if armed is not None:
            after(armed)
        return result

    def commit(self: Any) -> None:
        committed(DRIVER)
        commit_original(self)

    def rollback(self: Any) -> None:
        rolled_back(DRIVER)
        rollback_original(self)

    connection.query, connection.commit, connection.rollback = query, commit, rollback
