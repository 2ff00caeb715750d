from __future__ import annotations

import subprocess
import sys
import textwrap


def test_classes_stay_usable_for_isinstance_subclassing_and_hints(sense) -> None:
    script = """
        import sqlite3
        from sqlite3 import Connection, Cursor, connect, dbapi2

        class Own(sqlite3.Connection):
            def cursor(self, factory=None):
                return super().cursor(factory or OwnCursor)

        class OwnCursor(sqlite3.Cursor):
            pass

        def typed(connection: Connection) -> Cursor:
            return connection.execute("SELECT 1")

        assert dbapi2.connect is connect is sqlite3.connect
        plain, own = connect(":memory:"), connect(":memory:", factory=Own)
        positional = connect(":memory:", 5.0, 0, "", True, Own)
        assert type(plain) is sqlite3.Connection and type(plain).__name__ == "Connection"
        assert repr(plain).startswith("<sqlite3.Connection object")
        assert isinstance(typed(plain), sqlite3.Cursor) and isinstance(plain, dbapi2.Connection)
        assert type(own) is type(positional) is Own
        assert type(own.execute("SELECT 1")) is sqlite3.Cursor
        assert type(own.cursor()) is type(own.cursor().execute("SELECT 1")) is OwnCursor
        assert isinstance(sqlite3.Connection(":memory:"), sqlite3.Connection)
        own.row_factory = sqlite3.Row
        assert own.execute("SELECT 1 AS one").fetchone()["one"] == 1
        assert type(plain.cursor(OwnCursor)) is OwnCursor
        plain.backup(own)
        assert sqlite3.connect.__doc__
    """
    sense(script)
    # The script says nothing but what is true without the sensor.
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)


def test_every_way_to_execute_is_seen_once_with_its_place(sense) -> None:
    sensed = sense("""
        import sqlite3
        connection = sqlite3.connect(":memory:")

        def work():
            connection.execute("CREATE TABLE t (n)")
            connection.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
            connection.cursor().execute("SELECT * FROM t")
            connection.cursor().executescript("DELETE FROM t")

        class Own(sqlite3.Connection):
            pass

        work()
        sqlite3.connect(":memory:", factory=Own).execute("SELECT 2")
    """)
    statements = [(event.data["statement"], event.data["write"]) for event in sensed.of("sql")]
    assert statements == [
        ("CREATE TABLE t (n)", True),
        ("INSERT INTO t VALUES (?)", True),
        ("SELECT * FROM t", False),
        ("DELETE FROM t", True),
        ("SELECT 2", False),
    ]
    places = [event.location for event in sensed.of("sql")]
    assert all(place is not None and place.file == "app.py" for place in places)
    assert [place.symbol for place in places if place is not None] == ["work"] * 4 + ["<module>"]
    assert [place.line for place in places if place is not None][:4] == [6, 7, 8, 9]


def test_ends_of_transactions_are_seen_also_by_with_and_by_statement(sense) -> None:
    sensed = sense("""
        import sqlite3
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("CREATE TABLE t (n)")
        connection.commit()  # nothing is pending
        connection.isolation_level = ""
        with connection:
            connection.execute("INSERT INTO t VALUES (1)")
        try:
            with connection:
                connection.execute("INSERT INTO t VALUES (1)")
                raise KeyError
        except KeyError:
            pass
        connection.execute("INSERT INTO t VALUES (1)")
        connection.commit()
        connection.execute("INSERT INTO t VALUES (1)")
        connection.rollback()
        connection.isolation_level = None
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        print(connection.execute("SELECT count(*) FROM t").fetchone())
    """)
    assert [event.kind for event in sensed.of("commit", "rollback")] == [
        "commit",
        "rollback",
        "commit",
        "rollback",
        "commit",
    ]
    assert sensed.output.strip() == "(2,)"


def test_errors_of_the_database_are_the_service_s_own(sense) -> None:
    sense("""
        import sqlite3
        connection = sqlite3.connect(":memory:")
        for wrong, error in (("SELEC", sqlite3.OperationalError), (None, TypeError), (b"SELECT 1", TypeError)):
            try:
                connection.execute(wrong)
            except error:
                continue
            raise AssertionError(wrong)
    """)


def test_a_polling_thread_cannot_flood_the_engine(sense) -> None:
    sensed = sense("""
        import sqlite3
        connection = sqlite3.connect(":memory:")
        for _ in range(20_000):
            connection.execute("SELECT 1")
    """)
    assert 0 < len(sensed.of("sql")) < 5_000


def test_a_failed_statement_that_is_remembered_does_not_lock_the_database(sense, tmp_path) -> None:
    script = f"""
        import sqlite3
        path = {str(tmp_path / "own.db")!r}
        with sqlite3.connect(path) as first:
            first.execute("CREATE TABLE IF NOT EXISTS t (n UNIQUE)")
            first.execute("INSERT OR IGNORE INTO t VALUES (1)")
        first.close()
        kept = []

        def fail(method):
            connection = sqlite3.connect(path)
            try:
                if method == "shortcut":
                    connection.execute("INSERT INTO t VALUES (1)")
                elif method == "many":
                    connection.executemany("INSERT INTO t VALUES (?)", [(1,)])
                else:
                    connection.cursor().execute("INSERT INTO t VALUES (1)")
            except sqlite3.IntegrityError as error:
                kept.append(error)
            connection.close()

        for method in ("shortcut", "many", "cursor"):
            fail(method)
            other = sqlite3.connect(path, timeout=0)
            other.execute("UPDATE t SET n = n + 0")
            other.rollback()
            other.close()
        assert len(kept) == 3
    """
    sense(script)
    # The script says nothing but what is true without the sensor.
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
