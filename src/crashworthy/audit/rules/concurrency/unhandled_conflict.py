"""A row is added after looking whether there is one already, and nobody expects the constraint to refuse it."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.conflicts import handles_conflict, is_covered
from crashworthy.audit.isolation import is_held
from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.constraints import unique_sets
from crashworthy.source.flow.events import Insert
from crashworthy.weaknesses.concurrency import CRASH_UNDER_CONCURRENCY

_APP = """
import sqlite3
from flask import Flask, abort, request

app = Flask(__name__)

def connect():
    return sqlite3.connect("shop.db")

def one(sql, params):
    return connect().execute(sql, params).fetchone()
"""
_LOOK = """
@app.post("/users")
def sign_up():
    name = request.form["name"]
    if one("SELECT id FROM users WHERE name = ?", (name,)):
        abort(409)
"""
_INSERT = """    connect().execute("INSERT INTO users (name) VALUES (?)", (name,))
    return {}
"""
_HANDLED = """    try:
        connect().execute("INSERT INTO users (name) VALUES (?)", (name,))
    except sqlite3.IntegrityError:
        abort(409)
    return {}
"""
_EVERYWHERE = """
@app.errorhandler(sqlite3.IntegrityError)
def taken(error):
    return {}, 409
"""
_TABLE = {"schema.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"}
_ORM = """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)

app = FastAPI()

@app.post("/users")
def sign_up(name: str):
    session = make_session()
    if session.scalar(select(User).where(User.name == name)):
        raise HTTPException(409)
    session.add(User(name=name))
    COMMIT
"""
_CAUGHT = """try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409)"""


class UnhandledConflict(Rule):
    """A row is added only if a query finds none; a unique constraint says the same, and its refusal is not handled.

    Of two requests that ask before either adds, the second is refused by the database, and the handler fails where
    a moment later it would have answered that the value is taken. Left alone: inserts whose IntegrityError is
    handled, there or for the whole application, inserts that give way on conflict, and lookups under a lock that is
    still held.
    """

    id = "unhandled-conflict"
    weakness = CRASH_UNDER_CONCURRENCY
    firing = (
        Sample("the constraint's refusal is not handled", {"app.py": _APP + _LOOK + _INSERT, **_TABLE}),
        Sample("the same with an ORM", {"main.py": _ORM.replace("COMMIT", "session.commit()")}),
    )
    quiet = (
        Sample("the refusal is answered", {"app.py": _APP + _LOOK + _HANDLED, **_TABLE}),
        Sample("answered for all operations", {"app.py": _APP + _EVERYWHERE + _LOOK + _INSERT, **_TABLE}),
        Sample("the commit's refusal is answered", {"main.py": _ORM.replace("COMMIT", _CAUGHT)}),
        Sample("the insert gives way", {
            "app.py": _APP + _LOOK + _INSERT.replace("INSERT INTO", "INSERT OR IGNORE INTO"), **_TABLE
        }),
        Sample("looked up under the write lock", {
            "app.py": _APP + _LOOK.replace("    if one", '    connect().execute("BEGIN IMMEDIATE")\n    if one')
            + _INSERT, **_TABLE
        }),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Inserts after a look that a unique constraint repeats."""
        for run in context.runs:
            for event in run.events:
                if not isinstance(event, Insert) or event.in_memory or event.ignores_conflict:
                    continue
                if event.is_caught("IntegrityError") or handles_conflict(event.scope.node):
                    continue
                unique = unique_sets(context.analysis.index, event.table)
                looked = (row for row in event.rows if row.checked and not row.is_count)
                if any(is_covered(row, unique) and not is_held(row, event.session) for row in looked):
                    message = f'"{event.table}" refuses one of two requests that find no row, and nothing handles it'
                    yield Hit(event.node, event.scope, message, operations_of(run))
