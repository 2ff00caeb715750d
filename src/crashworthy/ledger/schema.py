"""Opens the ledger's database and brings its schema up to date, once, also when two runs start together."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from crashworthy.core.errors import CrashworthyError

_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0004"
"""The newest migration's revision. A ledger that is there already spares every command Alembic's import."""
# Any number will do, as long as every version of crashworthy uses the same one.
_ADVISORY_LOCK = 728_116_202


def default_url() -> str:
    """`CRASHWORTHY_LEDGER`, else an SQLite file in the XDG state folder."""
    given = os.environ.get("CRASHWORTHY_LEDGER")
    if given:
        return given
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return f"sqlite:///{Path(base) / 'crashworthy' / 'ledger.db'}"


def open_database(url: str) -> Engine:
    """An engine on an up-to-date schema. CrashworthyError when it cannot be reached, read, or is newer than we are."""
    parsed = _parse(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            engine = _open_sqlite(parsed)
        else:
            engine = create_engine(parsed, pool_pre_ping=True)
        with engine.connect() as connection:
            if not _is_current(connection):
                _migrate(connection, parsed)
    except (SQLAlchemyError, OSError) as problem:
        reason = str(getattr(problem, "orig", None) or problem).strip().splitlines()[0]
        raise CrashworthyError(
            f"the ledger at {parsed} cannot be opened: {reason}",
            remedy="Name another with --ledger URL, or run without evidence: --no-ledger.",
        ) from None
    return engine


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise CrashworthyError(
            f"--ledger {url!r} is not a database URL",
            remedy="Such as sqlite:///ledger.db or postgresql://user@host/evidence.",
        ) from None
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise CrashworthyError(
            f"the ledger cannot be kept in {parsed.get_backend_name()}", remedy="Use SQLite or PostgreSQL."
        )
    return parsed


def _open_sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(connection: object, _record: object) -> None:
        # The driver must not begin transactions by itself, or BEGIN IMMEDIATE below comes too late.
        connection.isolation_level = None  # type: ignore[attr-defined]
        connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[attr-defined]
        connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Taking the write lock at once: two runs that open a new ledger together must not both migrate it.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _is_current(connection: Connection) -> bool:
    with connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]


def _migrate(connection: Connection, url: URL) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        try:
            command.upgrade(config, HEAD)
        except CommandError as problem:
            raise CrashworthyError(
                f"the ledger at {url} was written by a newer crashworthy: {problem}", remedy="Upgrade crashworthy."
            ) from None
