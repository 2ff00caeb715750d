"""A row is added after looking whether there is one already, or how many there are."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.conflicts import handles_conflict, is_covered
from crashworthy.audit.isolation import is_held, is_serializable
from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.constraints import unique_sets
from crashworthy.source.flow.events import Insert
from crashworthy.weaknesses.concurrency import LOST_UPDATE

_APP = """
import sqlite3
from flask import Flask, abort, request

app = Flask(__name__)

def one(sql, params):
    return connect().execute(sql, params).fetchone()

def connect():
    return sqlite3.connect("shop.db")
"""
_SIGN_UP = """
@app.post("/users")
def sign_up():
    name = request.form["name"]
    if one("SELECT id FROM users WHERE name = ?", (name,)):
        abort(409)
    connect().execute("INSERT INTO users (name) VALUES (?)", (name,))
    return {}
"""
_TABLE = "CREATE TABLE users (id INTEGER PRIMARY KEY, site INTEGER, name TEXT {});"
_BOOK = """
@app.post("/rooms/<int:room>/bookings")
def book(room):
    taken = one("SELECT COUNT(*) AS n FROM bookings WHERE room = ?", (room,))
    if taken["n"] >= 10:
        abort(409)
    connect().execute("INSERT INTO bookings (room) VALUES (?)", (room,))
    return {}
"""
_ORM = """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(UNIQUE)

app = FastAPI()

@app.post("/users")
def sign_up(name: str):
    session = make_session()
    if session.scalar(select(User).where(User.name == name)):
        raise HTTPException(409)
    session.add(User(name=name))
    session.commit()
"""


class CheckThenInsert(Rule):
    """A row is added only if a query finds none (or few enough), and no constraint says the same.

    Requests that ask before any of them adds all find nothing, and all add. Left alone: tables where a unique
    constraint covers the columns that are looked up (the second insert is then refused by the database), inserts
    that give way on conflict, lookups under a lock that is still held, and inserts whose IntegrityError is handled.
    """

    id = "check-then-insert"
    weakness = LOST_UPDATE
    firing = (
        Sample(
            "the name is free, says a query",
            {"app.py": _APP + _SIGN_UP, "schema.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);"},
        ),
        Sample("a limit on how many rows there may be", {"app.py": _APP + _BOOK}),
        Sample("the same with an ORM", {"main.py": _ORM.replace("UNIQUE", "index=True")}),
    )
    quiet = (
        Sample("a unique constraint", {"app.py": _APP + _SIGN_UP, "schema.sql": _TABLE.format("UNIQUE")}),
        Sample("a unique index over both columns", {
            "app.py": _APP + _SIGN_UP.replace("WHERE name = ?", "WHERE name = ? AND site = 1"),
            "schema.sql": _TABLE.format("") + "CREATE UNIQUE INDEX one ON users (site, name);",
        }),
        Sample("a unique column of a model", {"main.py": _ORM.replace("UNIQUE", "unique=True")}),
        Sample("the insert gives way", {"app.py": _APP + _SIGN_UP.replace("INSERT INTO", "INSERT OR IGNORE INTO")}),
        Sample("counted under the write lock", {
            "app.py": _APP + _BOOK.replace("    taken =", '    connect().execute("BEGIN IMMEDIATE")\n    taken =')
        }),
        Sample("a count that decides nothing", {
            "app.py": _APP + _BOOK.replace('    if taken["n"] >= 10:\n        abort(409)\n', "    print(taken)\n")
        }),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Inserts after a look."""
        if is_serializable(context.analysis.index):
            return
        for run in context.runs:
            for event in run.events:
                if not isinstance(event, Insert) or event.in_memory or event.ignores_conflict:
                    continue
                if event.is_caught("IntegrityError") and "IntegrityError" in event.caught:
                    continue
                unique = unique_sets(context.analysis.index, event.table)
                message = _unguarded(event, unique)
                if message is not None and not handles_conflict(event.scope.node):
                    yield Hit(event.node, event.scope, message, operations_of(run))


def _unguarded(event: Insert, unique: list[frozenset[str]]) -> str | None:
    for row in event.rows:
        if is_held(row, event.session) or not row.checked:
            continue
        if row.is_count and set(row.checked) - {"*"}:
            if not is_covered(row, unique):
                return f'how many rows "{event.table}" has is checked, then one is added; two requests can both pass'
        elif set(row.checked) == {"*"} and row.filters and not is_covered(row, unique) and "id" not in row.filters:
            return f'a row is added to "{event.table}" because none was found; two requests can both add one'
    return None
