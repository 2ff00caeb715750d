"""A row is read, decided on or computed with, and written back, with nothing that keeps others out in between."""

# The SQL stands in samples.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.isolation import is_bounded, is_held, is_serializable
from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Write
from crashworthy.source.flow.tables import Tables
from crashworthy.source.flow.values import Column, sources
from crashworthy.weaknesses.concurrency import LOST_UPDATE

_MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]
"""
_SQLITE = """
import sqlite3
from flask import Flask, abort, request

app = Flask(__name__)

def connect():
    return sqlite3.connect("shop.db")
"""
_FASTAPI = """
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from db import get_session
from models import Account

app = FastAPI()
"""


def _fastapi(body: str, models: str = _MODELS) -> dict[str, str]:
    return {
        "models.py": models,
        "db.py": "def get_session():\n    yield make_session()\n",
        "main.py": _FASTAPI + body,
    }


class ReadThenWrite(Rule):
    """A column is set from its own value as it was read earlier, or after a refusal that depended on it.

    Two requests that read before either writes both go on from the old value: one change is lost, or both pass a
    check that only one may pass. Left alone: rows that were read under a lock that is still held (SELECT ... FOR
    UPDATE, BEGIN IMMEDIATE, a mutex), values that the database computes itself, updates whose condition names the
    column or a version, mappers with a version column, services that ask for SERIALIZABLE.
    """

    id = "read-then-write"
    weakness = LOST_UPDATE
    firing = (
        Sample(
            "an attribute is decreased after a check",
            _fastapi("""
@app.post("/accounts/{account_id}/withdraw")
def withdraw(account_id: int, amount: int, session: Session = Depends(get_session)):
    account = session.get(Account, account_id)
    if account is None:
        raise HTTPException(404)
    if account.balance < amount:
        raise HTTPException(409)
    account.balance -= amount
    session.commit()
"""),
        ),
        Sample(
            "SQL text: the new value is computed in Python, reading and writing are behind helpers",
            {
                "app.py": _SQLITE
                + """
def one(sql, *params):
    return connect().execute(sql, params).fetchone()

@app.post("/items/<int:item_id>/buy")
def buy(item_id):
    item = one("SELECT * FROM items WHERE id = ?", item_id)
    if item is None:
        abort(404)
    left = item["stock"] - 1
    connect().execute("UPDATE items SET stock = ? WHERE id = ?", (left, item_id))
    return {}
"""
            },
        ),
        Sample(
            "a state is checked, then set",
            _fastapi("""
@app.post("/accounts/{account_id}/close")
async def close(account_id: int, session = Depends(get_session)):
    account = await session.scalar(select(Account).where(Account.id == account_id))
    if account.balance != 0:
        raise HTTPException(409)
    account.balance = -1
    await session.commit()
"""),
        ),
        Sample(
            "a balance is checked, and then decreased by the database whatever it is by then",
            {
                "app.py": _SQLITE
                + """
@app.post("/accounts/<int:account>/withdraw")
def withdraw(account):
    db = connect()
    (balance,) = db.execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
    if balance < 10:
        abort(409)
    db.execute("UPDATE accounts SET balance = balance - 10 WHERE id = ?", (account,))
    db.commit()
    return {}
"""
            },
        ),
        Sample(
            "Django: read, add, save",
            {
                "manage.py": "import os\nimport django\n"
                'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
                "shop/models.py": "from django.db import models\n\nclass Wallet(models.Model):\n"
                "    cents = models.IntegerField(default=0)\n",
                "shop/urls.py": "from django.urls import path\nfrom . import views\n"
                'urlpatterns = [path("wallets/<int:pk>/add", views.add)]\n',
                "shop/settings.py": 'ROOT_URLCONF = "shop.urls"\n',
                "shop/views.py": """
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST
from .models import Wallet

@require_POST
def add(request, pk):
    wallet = get_object_or_404(Wallet, pk=pk)
    wallet.cents = wallet.cents + int(request.POST["cents"])
    wallet.save()
    return JsonResponse({"cents": wallet.cents})
""",
            },
        ),
    )
    quiet = (
        Sample(
            "the row is locked when it is read",
            _fastapi("""
@app.post("/accounts/{account_id}/withdraw")
def withdraw(account_id: int, amount: int, session: Session = Depends(get_session)):
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account.balance < amount:
        raise HTTPException(409)
    account.balance -= amount
    session.commit()
"""),
        ),
        Sample(
            "the lock is chosen by a helper's argument",
            _fastapi("""
def load(session, account_id, lock=False):
    query = select(Account).where(Account.id == account_id)
    return session.scalar(query.with_for_update() if lock else query)

@app.post("/accounts/{account_id}/withdraw")
def withdraw(account_id: int, amount: int, session: Session = Depends(get_session)):
    account = load(session, account_id, lock=True)
    account.balance -= amount
    session.commit()
"""),
        ),
        Sample(
            "the database computes the new value",
            _fastapi("""
@app.post("/accounts/{account_id}/withdraw")
def withdraw(account_id: int, amount: int, session: Session = Depends(get_session)):
    account = session.get(Account, account_id)
    if account is None:
        raise HTTPException(404)
    changed = session.execute(
        update(Account)
        .where(Account.id == account_id, Account.balance >= amount)
        .values(balance=Account.balance - amount)
    )
    if changed.rowcount == 0:
        raise HTTPException(409)
    session.commit()
"""),
        ),
        Sample(
            "the mapper compares a version",
            _fastapi(
                """
@app.post("/accounts/{account_id}/deposit")
def deposit(account_id: int, amount: int, session: Session = Depends(get_session)):
    account = session.get(Account, account_id)
    account.balance += amount
    session.commit()
""",
                _MODELS + "    version: Mapped[int]\n    __mapper_args__ = {'version_id_col': version}\n",
            ),
        ),
        Sample(
            "a transaction that takes the write lock at its beginning",
            {
                "app.py": _SQLITE
                + """
from contextlib import contextmanager

@contextmanager
def transaction():
    connection = connect()
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    connection.commit()

@app.post("/items/<int:item_id>/buy")
def buy(item_id):
    with transaction() as connection:
        item = connection.execute("SELECT * FROM items WHERE id = ?", (item_id,)).fetchone()
        if item is None or item["stock"] < 1:
            abort(409)
        connection.execute("UPDATE items SET stock = ? WHERE id = ?", (item["stock"] - 1, item_id))
    return {}
"""
            },
        ),
        Sample(
            "the update's condition holds only while the row is as it was read",
            {
                "app.py": _SQLITE
                + """
@app.post("/items/<int:item_id>/buy")
def buy(item_id):
    connection = connect()
    item = connection.execute("SELECT stock, version FROM items WHERE id = ?", (item_id,)).fetchone()
    if item is None or item["stock"] < 1:
        abort(409)
    changed = connection.execute(
        "UPDATE items SET stock = ?, version = version + 1 WHERE id = ? AND version = ?",
        (item["stock"] - 1, item_id, item["version"]),
    )
    connection.commit()
    return {} if changed.rowcount else ({}, 409)
"""
            },
        ),
        Sample(
            "the database refuses what a passed check would do wrong",
            {
                "app.py": _SQLITE
                + """
SCHEMA = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER CHECK (balance >= 0))"

@app.post("/accounts/<int:account>/withdraw")
def withdraw(account):
    db = connect()
    (balance,) = db.execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
    if balance < 10:
        abort(409)
    db.execute("UPDATE accounts SET balance = balance - 10 WHERE id = ?", (account,))
    db.commit()
    return {}
"""
            },
        ),
        Sample(
            "who changes the state first holds the row until the end",
            _fastapi("""
@app.post("/accounts/{account_id}/settle")
def settle(account_id: int, session: Session = Depends(get_session)):
    claimed = session.execute(update(Account).where(Account.id == account_id, Account.state == 0).values(state=1))
    if claimed.rowcount == 0:
        raise HTTPException(409)
    account = session.get(Account, account_id)
    account.balance += 10
    session.commit()
"""),
        ),
        Sample(
            "a row that this request made itself",
            _fastapi("""
@app.post("/accounts")
def create(amount: int, session: Session = Depends(get_session)):
    account = Account(balance=0)
    account.balance += amount
    session.add(account)
    session.commit()
"""),
        ),
        Sample(
            "a field is replaced by what the client sends, whatever it was",
            _fastapi("""
@app.put("/accounts/{account_id}")
def replace(account_id: int, balance: int, session: Session = Depends(get_session)):
    account = session.get(Account, account_id)
    if account is None:
        raise HTTPException(404)
    account.balance = balance
    session.commit()
"""),
        ),
    )

    def find(self, context: Context) -> Iterator[Hit]:
        """Writes from stale reads, in the order in which requests make them."""
        if is_serializable(context.analysis.index):
            return
        tables = Tables(context.analysis.index)
        for run in context.runs:
            for event in run.events:
                if not isinstance(event, Write) or event.in_memory:
                    continue
                if event.filters & {"version", "row_version", "etag", "lock_version", event.column}:
                    continue
                message = _stale(event)
                if event.is_relative and is_bounded(context.analysis.index, event.column):
                    continue
                if message is not None and not tables.has_version(event.table):
                    yield Hit(event.node, event.scope, message, operations_of(run))


def _stale(event: Write) -> str | None:
    """What is wrong with a write, or None."""
    name = "a column" if event.column == "*" else f'"{event.column}"'
    for source in () if event.is_relative else sources(event.value):
        if not isinstance(source, Column) or source.row.table != event.table or source.row.is_count:
            continue
        if source.name in {event.column, "*"} and not is_held(source.row, event.session):
            return f'{name} of "{event.table}" is set from a value read before; a change made in between is lost'
    for row in event.rows:
        checked = set(row.checked) - {"*"}
        if event.column in checked and not (event.filters & checked) and not is_held(row, event.session):
            return f'{name} of "{event.table}" is checked, then set; two requests can both pass the check'
    return None
