from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import PostgresAccess
from crashworthy.lab.databases.postgresql import PostgresServer
from crashworthy.lab.databases.postgresql_binaries import find_postgresql

APP = PostgresAccess("app", "shop")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    try:
        find_postgresql()
    except CrashworthyError as missing:
        pytest.skip(missing.message)
    running = PostgresServer(tmp_path_factory.mktemp("pg"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


def connect(
    server: PostgresServer, database: str = "shop", role: str = "app"
) -> psycopg.Connection[tuple[object, ...]]:
    address = server.address
    return psycopg.connect(
        host=address.host, port=address.port, user=role, password="any", dbname=database, autocommit=True
    )


def test_roles_and_databases_are_made_once_and_take_any_password(server: PostgresServer) -> None:
    server.ensure([APP, APP])
    server.ensure([APP])
    with connect(server) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == ("app", "shop")


def test_names_that_need_quotes(server: PostgresServer) -> None:
    odd = PostgresAccess('my "role"', "my-db")
    server.ensure([odd])
    with connect(server, odd.database, odd.role) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_rows_are_what_the_database_answers(server: PostgresServer) -> None:
    server.ensure([APP])
    with connect(server) as connection:
        connection.execute('CREATE TABLE "odd name" (card text, amount int)')
        connection.execute("INSERT INTO \"odd name\" VALUES ('4242', 5), ('4243', NULL)")
        connection.execute("UPDATE \"odd name\" SET card = 'wiped' WHERE amount = 5")
    found = [row for row in server.rows() if row.table == "odd name"]
    assert sorted((row.database, row.values["card"], row.values["amount"]) for row in found) == [
        ("database shop", "4243", ""),
        ("database shop", "wiped", "5"),
    ]
    with connect(server) as connection:
        connection.execute('DROP TABLE "odd name"')


def test_reset_brings_the_snapshot_back_also_while_clients_are_connected(server: PostgresServer) -> None:
    server.ensure([APP])
    with connect(server) as connection:
        connection.execute("CREATE TABLE thing (id serial PRIMARY KEY, name text)")
        connection.execute("INSERT INTO thing (name) VALUES ('kept')")
    still_connected = connect(server)
    server.remember()
    for _ in range(2):
        with connect(server) as connection:
            connection.execute("INSERT INTO thing (name) VALUES ('lost')")
            connection.execute("CREATE DATABASE made_by_the_service")
            lingering = connect(server)
        server.reset()
        with connect(server) as connection:
            assert connection.execute("SELECT id, name FROM thing").fetchall() == [(1, "kept")]
            named = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'made_by_the_service'")
            assert named.fetchone() is None
        with pytest.raises(psycopg.OperationalError):
            lingering.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        still_connected.execute("SELECT 1")


def test_what_a_client_asked_for_in_vain_is_made(server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(server, "postgres", "someone")
    assert server.repair() == ("role someone",)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(server, "somewhere", "someone")
    assert server.repair() == ("database somewhere",)
    connect(server, "somewhere", "someone").close()
    assert server.repair() == ()


def test_stop_leaves_neither_port_nor_files(tmp_path: Path, server: PostgresServer) -> None:
    other = PostgresServer(tmp_path / "other")
    other.start()
    other.stop()
    with pytest.raises(OSError):  # noqa: PT011 - refused, whatever the platform calls it
        socket.create_connection((other.address.host, other.address.port), timeout=1)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["postgresql.log"]
    other.stop()


def test_a_port_in_use_is_an_error_with_the_server_s_own_words(tmp_path: Path, server: PostgresServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        other = PostgresServer(tmp_path / "other", port=busy.getsockname()[1])
        with pytest.raises(CrashworthyError) as caught:
            other.start()
        other.stop()
    assert "TCP/IP sockets" in caught.value.details
