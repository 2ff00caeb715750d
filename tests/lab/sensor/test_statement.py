from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def understand():
    from crashworthy_sensor.sql.statement import Statement

    return Statement


READS = [
    "SELECT 1",
    "  select * from t where name = 'DELETE FROM t'",
    "-- INSERT INTO t\nSELECT 1",
    "/* UPDATE t */ SELECT replace(a, 'x', 'y') FROM t",
    'SELECT "update" FROM t',
    "SELECT [delete] FROM t; SELECT `insert` FROM t",
    "SELECT $tag$ ; DELETE FROM t $tag$",
    "WITH a AS (SELECT 1) SELECT * FROM a",
    "WITH a AS (SELECT 1) SELECT * FROM a FOR UPDATE",
    "WITH a AS (SELECT replace('x', 'y', 'z')) SELECT * FROM a",
    "SELECT * FROM t FOR NO KEY UPDATE",
    "BEGIN IMMEDIATE",
    "PRAGMA journal_mode=WAL",
    "COPY t TO STDOUT",
    "EXPLAIN SELECT 1",
    "",
    ";;",
    "'",
]
DATA_WRITES = [
    "INSERT INTO t VALUES (1)",
    "\n\t update t set n = 1",
    "/* why */ -- not\n DELETE FROM t",
    "REPLACE INTO t VALUES (1)",
    "MERGE INTO t USING s ON true WHEN MATCHED THEN DO NOTHING",
    "TRUNCATE t",
    "SELECT 1; UPDATE t SET n = 1",
    "WITH a AS (SELECT 1) UPDATE t SET n = (SELECT * FROM a)",
    "WITH RECURSIVE a(x) AS (SELECT 1), b AS (SELECT 2) INSERT INTO t SELECT * FROM b",
    "WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone",
    "WITH a AS MATERIALIZED (SELECT ')') DELETE FROM t",
    "COPY t FROM STDIN",
]


@pytest.mark.parametrize("text", READS)
def test_reads(understand, text: str) -> None:
    statement = understand(text)
    assert not statement.write
    assert not statement.data_write


@pytest.mark.parametrize("text", DATA_WRITES)
def test_data_writes(understand, text: str) -> None:
    assert understand(text).write
    assert understand(text).data_write


@pytest.mark.parametrize("text", ["CREATE TABLE t (id int)", "drop index i", "ALTER TABLE t ADD c int"])
def test_schema_changes_write_but_no_barrier_stands_before_them(understand, text: str) -> None:
    assert understand(text).write
    assert not understand(text).data_write


def test_ends_of_transactions(understand) -> None:
    assert understand("COMMIT").commits
    assert understand("end transaction").commits
    assert understand("ROLLBACK").rolls_back
    assert not understand("ROLLBACK TO SAVEPOINT a").rolls_back
    assert not understand("RELEASE SAVEPOINT a").commits


def test_long_statements_are_cut(understand) -> None:
    assert len(understand("SELECT " + "x" * 10_000).encoded) <= 2002


@given(st.text(max_size=60))
def test_a_literal_never_makes_a_read_a_write(understand, text: str) -> None:
    quoted = text.replace("'", "''").replace("\\", "")
    assert not understand(f"SELECT '{quoted}' FROM t").write


@given(st.text(max_size=80))
def test_no_text_upsets_it(understand, text: str) -> None:
    understand(text)


@pytest.mark.parametrize(
    ("command", "writes"),
    [
        ("GET stock:1", False),
        ("hgetall cart", False),
        ("SMEMBERS a", False),
        ("LLEN list", False),
        ("WATCH stock:1", False),
        ("set stock:1 4", True),
        ("INCRBY hits 2", True),
        ("HSET cart a 1", True),
        ("RPUSH list a", True),
        ("BLPOP list 0", True),
        ("ZREMRANGEBYSCORE z 0 1", True),
        ("EVALSHA 1f 1 stock:1", True),
    ],
)
def test_commands_of_redis(command: str, writes: bool) -> None:
    from crashworthy_sensor.sql.statement import REDIS, understand

    known = understand(command, REDIS)
    assert (known.write, known.data_write, known.commits) == (writes, writes, False)
