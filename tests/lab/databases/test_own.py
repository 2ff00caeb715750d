from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import DatabaseNeeds, PostgresAccess
from crashworthy.lab.databases.own import OwnDatabases, check_programs
from crashworthy.lab.databases.postgresql import PostgresServer
from crashworthy.lab.environment.base import base_environment
from crashworthy.lab.environment.filled import fill
from crashworthy.lab.environment.variables import plan_variables
from crashworthy.lab.standin.server import StandIns
from crashworthy.source.parse import parse_folder

SERVICE = """
import os, sqlite3
import psycopg

URL = os.environ.get("DATABASE_URL", "{url}")
AUDIT = os.environ.get("AUDIT_DB", "{file}")

if __name__ == "__main__":
    with psycopg.connect(URL) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS users (name text)")
        connection.execute("INSERT INTO users VALUES ('written by the service')")
    with psycopg.connect() as connection:  # wherever libpq goes by itself
        connection.execute("CREATE TABLE more (name text)")
    with sqlite3.connect(AUDIT) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS log (line text)")
        connection.execute("INSERT INTO log VALUES ('written by the service')")
"""


@pytest.fixture
def decoy(tmp_path: Path) -> Iterator[PostgresServer]:
    """The user's own database."""
    try:
        check_programs(DatabaseNeeds(postgresql=True))
    except CrashworthyError as missing:
        pytest.skip(missing.message)
    server = PostgresServer(tmp_path / "decoy")
    server.start()
    try:
        server.ensure([PostgresAccess("owner", "production")])
        with psycopg.connect(_url(server)) as connection:
            connection.execute("CREATE TABLE users (name text)")
            connection.execute("INSERT INTO users VALUES ('a real person')")
        yield server
    finally:
        server.stop()


def test_the_user_s_own_databases_are_never_touched(tmp_path: Path, decoy: PostgresServer) -> None:
    file = tmp_path / "production.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE log (line text)")
    connection.close()
    bytes_before, sessions_before = file.read_bytes(), _sessions(decoy)
    service = tmp_path / "service"
    service.mkdir()
    (service / "app.py").write_text(SERVICE.format(url=_url(decoy), file=file))
    (service / ".env").write_text(f"DATABASE_URL={_url(decoy)}\n")

    plan = plan_variables(parse_folder(service))
    with OwnDatabases(plan.needs, tmp_path / "run", emit=lambda event: None) as databases, StandIns() as stand_ins:
        variables = fill(plan, stand_in=stand_ins, data_folder=databases.data_folder, postgresql=databases.postgresql)
        environment = base_environment(tmp_path, tmp_path) | variables.values
        subprocess.run([sys.executable, "app.py"], cwd=service, env=environment, check=True)
        with psycopg.connect(variables.values["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT * FROM users").fetchall() == [("written by the service",)]

    assert file.read_bytes() == bytes_before
    assert _sessions(decoy) == sessions_before
    with psycopg.connect(_url(decoy)) as connection:
        assert connection.execute("SELECT * FROM users").fetchall() == [("a real person",)]


def test_everything_is_reset_together(tmp_path: Path, decoy: PostgresServer) -> None:
    needs = DatabaseNeeds(postgresql=True, accesses=(PostgresAccess("app", "app"),), postgresql_redirects=("db:5433",))
    with OwnDatabases(needs, tmp_path / "run", emit=lambda event: None) as databases:
        url = f"postgresql://app@{databases.postgresql}/app"
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE thing (id int)")
        (databases.data_folder / "kept.db").write_text("kept")
        databases.remember()
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO thing VALUES (1)")
        (databases.data_folder / "kept.db").write_text("changed")
        (databases.data_folder / "new").mkdir()
        databases.reset()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)
        assert [path.name for path in databases.data_folder.iterdir()] == ["kept.db"]
        assert (databases.data_folder / "kept.db").read_text() == "kept"
        assert databases.redirects == {"*:5432": databases.allowed[0], "db:5433": databases.allowed[0]}


def test_servers_end_with_the_run_that_was_killed(tmp_path: Path, decoy: PostgresServer) -> None:
    program = f"""
import time
from pathlib import Path
from crashworthy.lab.databases.needs import DatabaseNeeds
from crashworthy.lab.databases.own import OwnDatabases
from crashworthy.lab.service.watchdog import start_watchdog
with start_watchdog("run-to-be-killed-{tmp_path.name}"):
    folder = Path({str(tmp_path)!r}) / "run-to-be-killed-{tmp_path.name}"
    with OwnDatabases(DatabaseNeeds(postgresql=True), folder, emit=lambda event: None) as databases:
        print(databases.postgresql.port, flush=True)
        time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        socket.create_connection(("127.0.0.1", port)).close()
        process.kill()
    until = time.monotonic() + 20
    while time.monotonic() < until and _listens(port):
        time.sleep(0.05)
    assert not _listens(port)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_missing_program_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CrashworthyError) as caught:
        check_programs(DatabaseNeeds(redis=True))
    assert "redis-server" in caught.value.remedy


def _url(server: PostgresServer) -> str:
    return f"postgresql://owner:secret@{server.address}/production"


def _sessions(server: PostgresServer) -> tuple[object, ...] | None:
    """How often anybody connected to the production database."""
    with psycopg.connect(f"postgresql://owner@{server.address}/postgres") as connection:
        query = "SELECT sessions, xact_commit FROM pg_stat_database WHERE datname = 'production'"
        return connection.execute(query).fetchone()
