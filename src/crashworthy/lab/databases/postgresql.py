"""A PostgreSQL server of the run's own.

It accepts any password, keeps its data in memory where it can, and is reset from template databases: dropping and
copying a small database takes about 10 ms with files copied, 16 ms through the write-ahead log. A template of the
whole data directory would save 0.3 s of 0.4 s of initdb once per run, for 40 MB of cache: not worth it.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import Address, PostgresAccess
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.lab.databases.process import Account, ServerProcess, free_port, server_environment, unprivileged
from crashworthy.lab.databases.scratch import ScratchFolder
from crashworthy.lab.service.rows import MOST_ROWS, text_of
from crashworthy.lab.testbed import StoredRow

ADMIN = "crashworthy_admin"
_TEMPLATE_PREFIX = "crashworthy_template_"
_OWN_DATABASES = ("postgres", "template0", "template1")
_FILE_COPY_SINCE = 150000
_CUT_S = 0.5
_CUT_POLL_S = 0.0005
_LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
_INITIALISATION = ("-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions", "--wal-segsize=4")

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # The usual limit, so that a service exhausts it as it would elsewhere, and some for ourselves.
    "max_connections": "103",
    "shared_buffers": "32MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    # Below the data directory, so that a server that was killed leaves nothing elsewhere.
    "dynamic_shared_memory_type": "mmap",
    "max_wal_size": "64MB",
    "min_wal_size": "16MB",
    "max_wal_senders": "0",
    # Nothing runs in the background of a measurement.
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "logging_collector": "off",
    "log_min_messages": "fatal",
}
_TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
_MISSING = re.compile(r'FATAL:  (role|database) "((?:[^"]|"")+)" does not exist')


class PostgresServer:
    """One server, with its log in `folder`. `port` is chosen where none is given."""

    def __init__(self, folder: Path, *, run_id: str = "", port: int | None = None) -> None:
        self._home = folder
        self._run_id = run_id
        self._port = port or free_port()
        self._scratch: ScratchFolder | None = None
        self._process: ServerProcess | None = None
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._templates: dict[str, tuple[str, str]] = {}

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address("127.0.0.1", self._port)

    def start(self) -> None:
        """Make the data directory and start the server; takes about half a second."""
        programs, account = find_postgresql(), unprivileged()
        self._home.mkdir(parents=True, exist_ok=True)
        self._scratch = ScratchFolder()
        try:
            self._initialise(programs, account)
            self._serve(programs, account, self._scratch.lock)
        except PermissionError as error:
            self.stop()
            raise CrashworthyError(
                f"PostgreSQL does not run as root, and the user nobody may not run {programs}.",
                remedy="Run crashworthy as an ordinary user, or install the system's PostgreSQL.",
            ) from error
        except BaseException:
            self.stop()
            raise

    def _initialise(self, programs: Path, account: Account) -> None:
        self._data.mkdir(mode=0o700)
        if account.uid is not None:
            os.chown(self._data, account.uid, account.gid or 0)
        done = subprocess.run(
            [str(programs / "initdb"), "-D", str(self._data), "-U", ADMIN, *_INITIALISATION],
            capture_output=True,
            text=True,
            cwd="/",
            env=server_environment(self._run_id) | {"LC_ALL": _LOCALE},
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
        )
        if done.returncode != 0:
            raise CrashworthyError("PostgreSQL's initdb failed.", details=done.stderr.strip()[-2000:])

    def _serve(self, programs: Path, account: Account, lock: int) -> None:
        settings = {**_SETTINGS, "port": str(self._port), "unix_socket_directories": str(self._data)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = ServerProcess(
            "PostgreSQL",
            [str(programs / "postgres"), "-D", str(self._data), *options],
            self._home / "postgresql.log",
            run_id=self._run_id,
            account=account,
            keeps=(lock,),
        )
        self._process.start(self._ready)

    def stop(self) -> None:
        """End the server at once and remove its files. May be called twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.stop(signal.SIGQUIT)  # "immediate": nothing here is worth a checkpoint
            self._process = None
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    def ensure(self, accesses: Iterable[PostgresAccess]) -> None:
        """Make the roles and databases that are not there yet.

        Roles are superusers, as the first user of the official container image is: services create extensions.
        """
        admin = self._admin()
        roles, databases = self._names("pg_roles", "rolname"), self._names("pg_database", "datname")
        for access in accesses:
            role, database = sql.Identifier(access.role), sql.Identifier(access.database)
            if access.role not in roles:
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER").format(role))
                roles.add(access.role)
            if access.database not in databases:
                admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
                databases.add(access.database)

    def load(self, statements: Iterable[str], database: str) -> tuple[str, ...]:
        """Execute each statement by itself in the database, as psql does; returns the errors of those that failed."""
        errors = []
        with self._connect(database) as connection:
            for statement in statements:
                try:
                    connection.execute(statement.encode())
                except psycopg.Error as error:
                    errors.append(str(error).partition("\n")[0])
        return tuple(errors)

    def rows(self) -> Iterator[StoredRow]:
        """Rows of the tables in the service's databases, a bounded number of each; text of columns by their names."""
        for database in sorted(self._names("pg_database", "datname") - {*_OWN_DATABASES}):
            if database.startswith(_TEMPLATE_PREFIX):
                continue
            with contextlib.suppress(psycopg.Error), self._connect(database) as connection:
                for schema, table in connection.execute(_TABLES).fetchall():
                    query = sql.SQL("SELECT * FROM {} LIMIT {}")
                    name = sql.Identifier(str(schema), str(table))
                    found = connection.execute(query.format(name, sql.Literal(MOST_ROWS)))
                    columns = [column.name for column in found.description or ()]
                    for values in found:
                        row = {column: text_of(value) for column, value in zip(columns, values, strict=True)}
                        yield StoredRow(f"database {database}", str(table), row)

    def repair(self) -> tuple[str, ...]:
        """Make the roles and databases that clients asked for in vain; returns their names.

        For services that build their connection in a way that the source does not show.
        """
        assert self._process is not None, "not started"
        asked = dict.fromkeys(
            (kind, name.replace('""', '"')) for kind, name in _MISSING.findall(self._process.output())
        )
        present = {"role": self._names("pg_roles", "rolname"), "database": self._names("pg_database", "datname")}
        made = []
        for kind, name in asked:
            if name not in present[kind]:
                self.ensure([PostgresAccess(name, "postgres") if kind == "role" else PostgresAccess(ADMIN, name)])
                made.append(f"{kind} {name}")
        return tuple(made)

    def remember(self) -> None:
        """Remember all databases as they are now. Their connections are cut."""
        admin = self._admin()
        for template, _ in self._templates.values():
            admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(template)))
        self._templates = {}
        owners = {
            str(name): str(owner)
            for name, owner in admin.execute("SELECT datname, pg_get_userbyid(datdba) FROM pg_database ORDER BY 1")
        }
        for number, (database, owner) in enumerate(owners.items()):
            if database in _OWN_DATABASES:
                continue
            template = f"{_TEMPLATE_PREFIX}{number}"
            with self._closed_to_others(database):
                self._copy(database, template, ADMIN)
            self._templates[database] = (template, owner)

    def reset(self) -> None:
        """Bring all databases back to the remembered state; those made since are dropped. Connections are cut."""
        kept = {template for template, _ in self._templates.values()}
        changed = self._names("pg_database", "datname") - kept - set(_OWN_DATABASES)
        self._cut(changed)
        for database in changed:
            self._admin().execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
        for database, (template, owner) in self._templates.items():
            self._copy(template, database, owner)

    def _copy(self, source: str, target: str, owner: str) -> None:
        admin = self._admin()
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            sql.Identifier(target), sql.Identifier(source), sql.Identifier(owner)
        )
        if admin.info.server_version >= _FILE_COPY_SINCE:
            statement += sql.SQL(" STRATEGY FILE_COPY")
        admin.execute(statement)

    @contextlib.contextmanager
    def _closed_to_others(self, database: str) -> Iterator[None]:
        admin, name = self._admin(), sql.Identifier(database)
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            self._cut({database})
            yield
        finally:
            admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))

    def _cut(self, databases: set[str]) -> None:
        """End all connections to databases and wait for their processes to be gone.

        PostgreSQL itself looks every 100 ms only whether a database that is dropped is still in use.
        """
        admin, process = self._admin(), self._process
        assert process is not None, "not started"
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", [list(databases)]
        )
        staying = "SELECT pid FROM pg_stat_activity WHERE backend_type <> 'client backend' OR pid = pg_backend_pid()"
        stay = {pid for (pid,) in admin.execute(staying)}
        until = time.monotonic() + _CUT_S
        while process.children() - stay and time.monotonic() < until:
            time.sleep(_CUT_POLL_S)

    def _names(self, table: str, column: str) -> set[str]:
        query = sql.SQL("SELECT {} FROM {}").format(sql.Identifier(column), sql.Identifier(table))
        return {str(name) for (name,) in self._admin().execute(query)}

    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        if self._connection is None or self._connection.broken or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def _connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        # All that libpq would else take from the caller's environment is given.
        return psycopg.connect(
            host="127.0.0.1",
            port=self._port,
            user=ADMIN,
            password="",
            dbname=database,
            sslmode="disable",
            gssencmode="disable",
            options="",
            connect_timeout=2,
            autocommit=True,
        )

    def _ready(self) -> bool:
        try:
            connection = self._connect()
        except psycopg.OperationalError:
            return False
        # Whoever else may listen on this port: it is not to be touched.
        (told,) = connection.execute("SELECT current_setting('data_directory')").fetchone() or ("",)
        if Path(str(told)).resolve() != self._data.resolve():
            connection.close()
            return False
        self._connection = connection
        return True

    @property
    def _data(self) -> Path:
        assert self._scratch is not None, "not started"
        return self._scratch.path / "data"
