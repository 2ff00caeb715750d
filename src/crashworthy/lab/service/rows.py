"""Rows of the databases that a service has written, as whoever asks the database sees them.

The bytes of a database's file tell of more than that: what was deleted, or replaced by a mask, stands in free pages
until they are used again, and nobody reads it by asking.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import quote

from crashworthy.lab.testbed import StoredRow

MOST_ROWS = 2000
"""Of each table; the services here begin with nearly empty ones."""

SQLITE_MAGIC = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal")
_WAIT_S = 1.0


@runtime_checkable
class HoldsRows(Protocol):
    """A database server of the run that can be asked for its rows."""

    def rows(self) -> Iterable[StoredRow]:
        """All rows of the service's tables, at most `MOST_ROWS` of each."""


def is_database_file(path: Path) -> bool:
    """Whether a file is a database of SQLite, or one of those that SQLite keeps beside it."""
    if path.name.endswith(_BESIDE):
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError:
        return False


def rows_below(folder: Path) -> Iterator[StoredRow]:
    """The rows of all SQLite databases below a folder; one that is locked or broken is left out."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink() and not name.endswith(_BESIDE) and is_database_file(path):
                yield from _rows(path, str(path.relative_to(folder)))


def _rows(path: Path, name: str) -> Iterator[StoredRow]:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=_WAIT_S)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in listed:
                quoted = '"' + str(table).replace('"', '""') + '"'
                found = connection.execute(f"SELECT * FROM {quoted} LIMIT {MOST_ROWS}")  # noqa: S608 - quoted above
                columns = [column[0] for column in found.description]
                for values in found:
                    yield StoredRow(name, str(table), {c: text_of(v) for c, v in zip(columns, values, strict=True)})
    except sqlite3.Error:
        return


def text_of(value: object) -> str:
    """A value of a row as text."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)
