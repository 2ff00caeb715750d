from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Event, Note
from crashworthy.lab.databases.needs import DatabaseNeeds, PostgresAccess
from crashworthy.lab.databases.own import OwnDatabases, check_programs
from crashworthy.lab.databases.scripts import declared_scripts
from crashworthy.source.parse import parse_folder

SCHEMA = """
\\connect shop
CREATE DATABASE shop;
-- names; of things
CREATE TABLE things (id serial PRIMARY KEY, name text DEFAULT 'a;b');
CREATE FUNCTION shout(word text) RETURNS text AS $body$
BEGIN
    RETURN upper(word); -- a semicolon inside
END;
$body$ LANGUAGE plpgsql;
COPY things (name) FROM stdin;
lamp
\\.
INSERT INTO nowhere VALUES (1);
INSERT INTO things (name) VALUES (shout('cup'))
"""
QUERIES = "import psycopg\nprint('select name from things')\n"


def folder(tmp_path: Path, **files: str) -> Path:
    root = tmp_path / "service"
    for name, text in {"main.py": QUERIES, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def found(root: Path) -> list[tuple[str, str]]:
    scripts = declared_scripts(parse_folder(root))
    return [(script.path.relative_to(root).as_posix(), script.origin) for script in scripts]


@pytest.mark.parametrize(
    "volume", ['"./sql:/docker-entrypoint-initdb.d"', "{type: bind, source: sql, target: /docker-entrypoint-initdb.d}"]
)
def test_what_the_container_of_the_database_would_load(tmp_path: Path, volume: str) -> None:
    compose = f"services:\n  db:\n    image: postgres\n    volumes:\n      - {volume}\n"
    files = {"docker-compose.yml": compose, "sql/1.sql": SCHEMA, "sql/2.sql": SCHEMA, "sql/x.sh": ""}
    assert found(folder(tmp_path, **files)) == [(f"sql/{n}.sql", "docker-compose.yml") for n in (1, 2)]


@pytest.mark.parametrize(
    "line", ["psql $DATABASE_URL -f db/schema.sql", "$ psql shop < db/schema.sql", "cat db/schema.sql | psql shop"]
)
def test_what_a_person_is_told_to_load(tmp_path: Path, line: str) -> None:
    root = folder(tmp_path, **{"README.md": f"# Shop\n\n    {line}\n", "db/schema.sql": SCHEMA})
    assert found(root) == [("db/schema.sql", "README.md:3")]


def test_files_of_usual_names_only_where_the_source_makes_no_tables(tmp_path: Path) -> None:
    files = {"migrations/002_b.sql": SCHEMA, "migrations/001_a.sql": SCHEMA, "migrations/001_a.down.sql": SCHEMA}
    assert [path for path, _ in found(folder(tmp_path / "a", **files))] == [
        "migrations/001_a.sql",
        "migrations/002_b.sql",
    ]
    assert found(folder(tmp_path / "b", **files, **{"tables.py": "Base.metadata.create_all(engine)"})) == []
    assert found(folder(tmp_path / "c", **{"schema.sql": SCHEMA, "db.py": "open('schema.sql')"})) == []


def test_nothing_outside_of_the_folder_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "other.sql").write_text(SCHEMA)
    assert found(folder(tmp_path, **{"README.md": "    psql -f ../other.sql\n"})) == []


def test_statements_are_loaded_one_by_one(tmp_path: Path) -> None:
    try:
        check_programs(DatabaseNeeds(postgresql=True))
    except CrashworthyError as missing:
        pytest.skip(missing.message)
    root = folder(tmp_path, **{"README.md": "    psql shop -f schema.sql\n", "schema.sql": SCHEMA})
    events: list[Event] = []
    needs = DatabaseNeeds(postgresql=True, accesses=(PostgresAccess("keeper", "shop"),))
    with OwnDatabases(needs, tmp_path / "run", emit=events.append) as databases:
        databases.load(declared_scripts(parse_folder(root)))
        assert databases.postgresql is not None
        url = f"postgresql://keeper@{databases.postgresql}/shop"
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT name FROM things").fetchall() == [("CUP",)]
    told = [event.text for event in events if isinstance(event, Note)][-1]
    assert told.startswith("loaded schema.sql into the database shop (README.md:1); 1 of its statements failed")
