"""A call by which another system acts, before anything about it is on record here."""

# The SQL stands in samples.
# ruff: noqa: S608
from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Called, Insert, Write
from crashworthy.weaknesses.partial import UNRECORDED_CALL

_APP = """
import sqlite3
import requests
from flask import Flask, request

app = Flask(__name__)

def connect():
    return sqlite3.connect("shop.db")

def charge():
    return requests.post("https://pay.example.com/charges", timeout=5)
"""

_ACTS = frozenset({"post", "put", "patch", "delete"})


class CallBeforeRecord(Rule):
    """A POST, PUT, PATCH or DELETE to another system, and the first lasting write of the request only after it.

    A process that is killed in between, an answer that is lost and a commit that fails leave a customer charged and no
    trace of it. Left alone: calls after something was committed (an order that is pending, an outbox), reads, and
    requests that write nothing.
    """

    id = "call-before-record"
    weakness = UNRECORDED_CALL
    firing = (
        Sample("charge, then record", {"app.py": _APP + """
@app.post("/orders")
def order():
    requests.post("https://pay.example.com/charges", timeout=5)
    db = connect()
    db.execute("INSERT INTO orders (state) VALUES ('paid')")
    db.commit()
    return {}
"""}),
        Sample("charge within the transaction", {"app.py": _APP + """
@app.post("/orders")
def order():
    db = connect()
    db.execute("INSERT INTO orders (state) VALUES ('paid')")
    requests.post("https://pay.example.com/charges", timeout=5)
    db.execute("UPDATE items SET stock = stock - 1 WHERE id = 1")
    db.commit()
    return {}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("an order that is pending is committed first", {"app.py": _APP + """
@app.post("/orders")
def order():
    db = connect()
    db.execute("INSERT INTO orders (state) VALUES ('pending')")
    db.commit()
    requests.post("https://pay.example.com/charges", timeout=5)
    db.execute("UPDATE orders SET state = 'paid' WHERE id = 1")
    db.commit()
    return {}
"""}),
        Sample("the call comes last", {"app.py": _APP + """
@app.post("/orders")
def order():
    db = connect()
    db.execute("INSERT INTO orders (state) VALUES ('new')")
    db.commit()
    requests.post("https://mail.example.com/send", timeout=5)
    return {}
"""}),
        Sample("the call only reads", {"app.py": _APP + """
@app.post("/orders")
def order():
    price = requests.get("https://prices.example.com", timeout=5).json()
    db = connect()
    db.execute("INSERT INTO orders (price) VALUES (?)", (price,))
    db.commit()
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Calls that act, with writes after them and none committed before."""
        for run in context.runs:
            writes = [
                place
                for place, event in enumerate(run.events)
                if isinstance(event, Insert | Write) and not event.in_memory
            ]
            for place, event in enumerate(run.events):
                if not isinstance(event, Called) or not _acts(event.node):
                    continue
                is_open = "not committed" in event.holds
                is_recorded = any(at < place for at in writes) and not is_open
                if not is_recorded and (is_open or any(at > place for at in writes)):
                    message = "another system acts before anything about it is on record here"
                    yield Hit(event.node, event.scope, message, operations_of(run))


def _acts(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ACTS
