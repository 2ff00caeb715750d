import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.source.sql import Statement, column_types, read, unique_columns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT a, b AS c, COUNT(*) AS n FROM shop.t WHERE a = ? AND b > ?",
            Statement("select", "t", frozenset({"a", "b"}), columns=("a", "c", "n"), is_count=True),
        ),
        ("SELECT * FROM t WHERE id = ? FOR UPDATE", Statement("select", "t", frozenset({"id"}), locks=True)),
        (
            "UPDATE t SET a = ?, b = b - ?, c = :c WHERE id = ? AND b >= ?",
            Statement(
                "update",
                "t",
                frozenset({"id", "b"}),
                (("a", 0), ("b", None), ("c", "c")),
                frozenset({"b"}),
                placeholders=3,
            ),
        ),
        (
            "INSERT OR IGNORE INTO t (a, b) VALUES (?, ?)",
            Statement("insert", "t", columns=("a", "b"), ignores_conflict=True),
        ),
        ("insert into t values (1) on conflict do nothing", Statement("insert", "t", ignores_conflict=True)),
        ("BEGIN IMMEDIATE", Statement("begin", locks=True)),
        ("BEGIN", Statement("begin")),
        ("COMMIT;", Statement("commit")),
        ("SELECT pg_advisory_lock(1)", Statement("lock", locks=True)),
        ("PRAGMA foreign_keys = ON", Statement("other")),
    ],
)
def test_statements(text: str, expected: Statement) -> None:
    assert read(text) == expected


def test_schemas() -> None:
    script = """
CREATE TABLE IF NOT EXISTS t (
    id INTEGER PRIMARY KEY, -- the key
    name TEXT NOT NULL UNIQUE,
    price NUMERIC(10, 2),
    UNIQUE (price, name)
);
CREATE UNIQUE INDEX one ON t (Site, name);
"""
    assert unique_columns(script)["t"] == [
        frozenset({"id"}),
        frozenset({"name"}),
        frozenset({"price", "name"}),
        frozenset({"site", "name"}),
    ]
    assert column_types(script)["t"] == {"id": "integer", "name": "string", "price": "number"}


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    for word in ("", "SELECT ", "UPDATE t SET ", "INSERT INTO t (", "CREATE TABLE t ("):
        read(word + text)
        unique_columns(word + text)
        column_types(word + text)
