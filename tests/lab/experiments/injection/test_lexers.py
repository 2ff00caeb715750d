"""Which characters of a text are code."""

from __future__ import annotations

import shlex
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.lab.experiments.injection.lexers import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    active,
    dialect_of,
    shell_code,
    sql_code,
    template_code,
)

MARK = "cwz0001"


def is_code(text: str, dialect: str) -> bool:
    at = text.index(MARK)
    flags = sql_code(text, dialect)[at : at + len(MARK)]
    assert len(set(flags)) == 1
    return flags[0]


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("SELECT * FROM t WHERE a = cwz0001", SQLITE, True),
        ("SELECT * FROM t WHERE a = 'x' cwz0001'", SQLITE, True),
        ("SELECT * FROM t WHERE a = 'x'' cwz0001'", SQLITE, False),
        ("SELECT * FROM t WHERE a = 'x\\' cwz0001'", SQLITE, True),
        ("SELECT * FROM t WHERE a = 'x\\' cwz0001'", POSTGRESQL, True),
        ("SELECT * FROM t WHERE a = E'x\\' cwz0001'", POSTGRESQL, False),
        ("SELECT * FROM t WHERE tablee'x\\' cwz0001'", POSTGRESQL, True),
        ("SELECT * FROM t WHERE a = 'x\\' cwz0001'", MYSQL, False),
        ('SELECT "a cwz0001" FROM t', POSTGRESQL, False),
        ('SELECT "a"" cwz0001" FROM t', POSTGRESQL, False),
        ('SELECT "a" cwz0001" FROM t', SQLITE, True),
        ("SELECT `a cwz0001` FROM t", MYSQL, False),
        ("SELECT `a cwz0001` FROM t", POSTGRESQL, True),
        ("SELECT [a cwz0001] FROM t", SQLITE, False),
        ("SELECT a[cwz0001] FROM t", POSTGRESQL, True),
        ("SELECT 1 -- cwz0001", SQLITE, False),
        ("SELECT 1 -- x\n cwz0001", SQLITE, True),
        ("SELECT 1 --cwz0001", MYSQL, True),
        ("SELECT 1 # cwz0001", MYSQL, False),
        ("SELECT 1 /* x */ cwz0001", SQLITE, True),
        ("SELECT 1 /* /* x */ cwz0001 */", POSTGRESQL, False),
        ("SELECT 1 /* /* x */ cwz0001 */", SQLITE, True),
        ("SELECT $$ it's cwz0001 $$", POSTGRESQL, False),
        ("SELECT $q$ $$ cwz0001 $q$", POSTGRESQL, False),
        ("SELECT $q$ x $q$ cwz0001", POSTGRESQL, True),
        ("SELECT $1, cwz0001", POSTGRESQL, True),
        ("SELECT 'x", SQLITE, None),
    ],
)
def test_sql(text: str, dialect: str, expected: bool | None) -> None:
    if expected is not None:
        assert is_code(text, dialect) is expected
    assert len(sql_code(text, dialect)) == len(text)


@given(st.text(max_size=30))
def test_what_sqlite_quotes_is_data(text: str) -> None:
    if "\0" in text:
        return
    (quoted,) = sqlite3.connect(":memory:").execute("SELECT quote(?)", (f"{text}({MARK}{text}",)).fetchone()
    statement = f"SELECT {quoted} AS {chr(34)}{text.replace(chr(34), chr(34) * 2)}({MARK}{chr(34)}"
    assert active(statement, sql_code(statement, SQLITE), f"x({MARK}"[1:]) is None


@given(st.text(st.characters(exclude_characters="\0"), max_size=30))
def test_what_shlex_quotes_is_data(text: str) -> None:
    command = f"echo {shlex.quote(text + MARK)} 'a'"
    at = command.index(MARK)
    if shlex.quote(text + MARK).startswith("'"):
        assert not any(shell_code(command)[at : at + len(MARK)])


@pytest.mark.parametrize(
    ("command", "probe", "expected"),
    [
        ("echo a;cwz0001", "a;", True),
        ("echo 'a;cwz0001'", "a;", False),
        ('echo "a;cwz0001"', "a;", False),
        ("echo a\\;cwz0001", "\\;", False),
        ("echo 'a';cwz0001'", "';", True),
        ("echo ok # a;cwz0001", "a;", False),
        ("echo a#b;cwz0001", "b;", True),
        ('echo "$(date;cwz0001)"', "e;", True),
        ('echo "\\$(date;cwz0001)"', "e;", False),
        ("echo \"$(echo 'a;cwz0001')\"", "a;", False),
        ("echo `date;cwz0001`", "e;", True),
    ],
)
def test_shell(command: str, probe: str, expected: bool) -> None:
    assert (active(command, shell_code(command), f"{probe}cwz0001") is not None) is expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hello a{{cwz0001b(", True),
        ("{# a{{cwz0001b( #}", False),
        ("{% raw %}a{{cwz0001b({% endraw %}", False),
        ("{%- verbatim -%}a{{cwz0001b({%- endverbatim -%}", False),
    ],
)
def test_templates(template: str, expected: bool) -> None:
    assert (active(template, template_code(template), "a{{cwz0001b(") is not None) is expected


def test_every_driver_of_the_sensor_has_its_dialect() -> None:
    assert {dialect_of(name) for name in ("psycopg", "psycopg2", "asyncpg")} == {POSTGRESQL}
    assert dialect_of("pymysql") == MYSQL
    assert dialect_of("sqlite3") == SQLITE
