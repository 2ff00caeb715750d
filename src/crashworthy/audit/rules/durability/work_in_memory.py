"""A request is accepted, and what is to be done for it is in the memory of the process alone."""

# The SQL stands in samples.
# ruff: noqa: S608
from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Insert, Write
from crashworthy.source.flow.runs import Run
from crashworthy.source.symbols import Function
from crashworthy.weaknesses.durability import LOST_AT_RESTART

_FLASK = """
import sqlite3
from queue import Queue
from threading import Thread
from flask import Flask, request

app = Flask(__name__)
waiting = Queue()

def store(order):
    db = sqlite3.connect("shop.db")
    db.execute("INSERT INTO orders (cents) VALUES (?)", (order["cents"],))
    db.commit()
"""
_FASTAPI = """
import asyncio
import sqlite3
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()
waiting = asyncio.Queue()

def store(cents):
    db = sqlite3.connect("shop.db")
    db.execute("INSERT INTO orders (cents) VALUES (?)", (cents,))
    db.commit()
"""

_QUEUES = frozenset({"Queue", "SimpleQueue", "LifoQueue", "PriorityQueue", "deque"})
_PUTS = frozenset({"put", "put_nowait", "append", "appendleft"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class WorkInMemory(Rule):
    """A handler puts work into a queue of the process, or hands it to a background task or thread, and records nothing.

    What waits is lost whenever the process ends, and the client was told that it is accepted. Left alone: handlers
    that write something lasting before, so that the work can be found again, and reads.
    """

    id = "work-in-memory"
    weakness = LOST_AT_RESTART
    firing = (
        Sample("a queue", {"app.py": _FLASK + """
@app.post("/orders")
def order():
    waiting.put(request.get_json())
    return {"state": "accepted"}, 202
"""}),
        Sample("a thread", {"app.py": _FLASK + """
@app.post("/orders")
def order():
    Thread(target=store, args=(request.get_json(),)).start()
    return {"state": "accepted"}, 202
"""}),
        Sample("a background task", {"main.py": _FASTAPI + """
@app.post("/orders", status_code=202)
async def order(cents: int, tasks: BackgroundTasks):
    tasks.add_task(store, cents)
    return {"state": "accepted"}
"""}),
        Sample("a queue of asyncio", {"main.py": _FASTAPI + """
@app.post("/orders", status_code=202)
async def order(cents: int):
    await waiting.put(cents)
    return {"state": "accepted"}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("recorded before", {"app.py": _FLASK + """
@app.post("/orders")
def order():
    db = sqlite3.connect("shop.db")
    db.execute("INSERT INTO jobs (state) VALUES ('new')")
    db.commit()
    waiting.put(1)
    return {"state": "accepted"}, 202
"""}),
        Sample("a list of the request's own", {"app.py": _FLASK + """
@app.post("/prices")
def prices():
    found = []
    found.append(request.get_json()["cents"])
    return {"prices": found}
"""}),
        Sample("a reader", {"main.py": _FASTAPI + """
@app.get("/orders")
async def orders(tasks: BackgroundTasks):
    tasks.add_task(print, "seen")
    return []
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Work that is handed on by handlers which have written nothing."""
        for run in context.runs:
            if run.route is None or run.route.method in _SAFE:
                continue
            for call in _handed_on(run.function):
                if not _recorded_before(run, call):
                    message = "accepted work is kept in the memory of the process until it is done"
                    yield Hit(call, run.function, message, operations_of(run))


def _handed_on(function: Function) -> Iterator[ast.Call]:
    queues = _queues(function)
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(attr="add_task" | "create_task" | "ensure_future" | "submit" | "apply_async"):
                if node.args:
                    yield node
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in queues and attribute in _PUTS:
                yield node
            case ast.Name(id="Thread") | ast.Attribute(attr="Thread"):
                if any(word.arg == "target" for word in node.keywords):
                    yield node
            case _:
                pass


def _queues(function: Function) -> frozenset[str]:
    """Names of queues that the module holds."""
    found = set()
    for statement in function.module.file.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as made):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as made):
                pass
            case _:
                continue
        if ast.unparse(made.func).rpartition(".")[2].partition("[")[0] in _QUEUES:
            found.add(name)
    return frozenset(found)


def _recorded_before(run: Run, call: ast.Call) -> bool:
    """Whether something lasting is written further up: in the handler, or in what it calls."""
    return any(
        isinstance(event, Write | Insert)
        and not event.in_memory
        and (event.scope is not run.function or getattr(event.node, "lineno", 0) < call.lineno)
        and not _is_of_the_work(event.scope, call)
        for event in run.events
    )


def _is_of_the_work(scope: object, call: ast.Call) -> bool:
    """Whether a function is what is handed on."""
    named = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return isinstance(scope, Function) and scope.name in named
