"""State in the process's memory is read, decided on and changed while other requests run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Insert, Write
from crashworthy.source.flow.runs import Run
from crashworthy.source.flow.values import Column, Moment, sources
from crashworthy.weaknesses.concurrency import LOST_UPDATE

_FLASK = """
from flask import Flask, abort, request

app = Flask(__name__)
stock = {}

@app.put("/items/<item>")
def fill(item):
    stock[item] = {"left": 10}
    return {}
"""
_FASTAPI = """
import asyncio
from fastapi import FastAPI, HTTPException

app = FastAPI()
stock = {}
"""


class SharedMemory(Rule):
    """A container or number at module level is changed from a value read before, or after a refusal that rested on it.

    In an `async` handler others run at every suspension; in a handler that runs in a thread they run at any time.
    Left alone: `async` code without a suspension between reading and changing, code that holds a lock over both,
    single statements such as `counter += 1` (interrupted too rarely to matter), caches that fill in what is missing.
    """

    id = "shared-memory"
    weakness = LOST_UPDATE
    firing = (
        Sample(
            "checked, awaited, changed",
            {
                "main.py": _FASTAPI
                + """
@app.post("/items/{item}/buy")
async def buy(item: str):
    if stock[item] < 1:
        raise HTTPException(409)
    await asyncio.sleep(0)
    stock[item] -= 1
"""
            },
        ),
        Sample(
            "checked and changed in a thread",
            {
                "app.py": _FLASK
                + """
@app.post("/items/<item>/buy")
def buy(item):
    entry = stock.get(item)
    if entry is None:
        abort(404)
    if entry["left"] < 1:
        abort(409)
    entry["left"] -= 1
    return {}
"""
            },
        ),
        Sample(
            "a file is read, changed and written back",
            {
                "app.py": _FLASK
                + """
import json
from pathlib import Path

FILE = Path("votes.json")

def load():
    return json.loads(FILE.read_text()) if FILE.exists() else {}

@app.post("/votes/<choice>")
def vote(choice):
    votes = load()
    votes[choice] = votes.get(choice, 0) + 1
    FILE.write_text(json.dumps(votes))
    return {}
"""
            },
        ),
        Sample(
            "kept in an object that the module makes once",
            {
                "main.py": _FASTAPI
                + """
class State:
    def __init__(self):
        self.wallets = {}

state = State()

@app.post("/wallets/{user}")
async def create(user: str):
    state.wallets[user] = {"balance": 0}

@app.post("/wallets/{user}/pay")
async def pay(user: str, amount: int):
    wallet = state.wallets[user]
    if wallet["balance"] < amount:
        raise HTTPException(402)
    await asyncio.sleep(0)
    wallet["balance"] -= amount
"""
            },
        ),
        Sample(
            "a name is taken if it is not there yet",
            {
                "app.py": _FLASK
                + """
@app.post("/items")
def create():
    name = request.form["name"]
    if name in stock:
        abort(409)
    stock[name] = {"left": 1}
    return {}
"""
            },
        ),
    )
    quiet = (
        Sample(
            "no suspension between check and change",
            {
                "main.py": _FASTAPI
                + """
@app.post("/items/{item}/buy")
async def buy(item: str):
    await asyncio.sleep(0)
    if stock[item] < 1:
        raise HTTPException(409)
    stock[item] -= 1
"""
            },
        ),
        Sample(
            "a lock over both",
            {
                "main.py": _FASTAPI
                + """
lock = asyncio.Lock()

@app.post("/items/{item}/buy")
async def buy(item: str):
    async with lock:
        if stock[item] < 1:
            raise HTTPException(409)
        await asyncio.sleep(0)
        stock[item] -= 1
"""
            },
        ),
        Sample(
            "an entry found before, and read only under the lock",
            {
                "main.py": _FASTAPI
                + """
lock = asyncio.Lock()

@app.put("/items/{item}")
async def fill(item: str):
    stock[item] = {"left": 1}

@app.post("/items/{item}/buy")
async def buy(item: str):
    entry = stock[item]
    async with lock:
        if entry["left"] < 1:
            raise HTTPException(409)
        await asyncio.sleep(0)
        entry["left"] -= 1
"""
            },
        ),
        Sample(
            "a cache",
            {
                "app.py": _FLASK
                + """
@app.get("/items/<item>")
def show(item):
    if item not in stock:
        stock[item] = load(item)
    return {"item": stock[item]}
"""
            },
        ),
        Sample(
            "a counter of requests",
            {
                "app.py": _FLASK
                + """
served = 0

@app.get("/")
def index():
    global served
    served += 1
    return {}
"""
            },
        ),
        Sample(
            "a table of constants",
            {
                "app.py": _FLASK
                + """
PRICES = {"a": 1}

@app.get("/prices/<item>")
def price(item):
    if item not in PRICES:
        abort(404)
    return {"price": PRICES[item]}
"""
            },
        ),
    )

    def find(self, context: Context) -> Iterator[Hit]:
        """Changes of shared memory from stale reads."""
        for run in context.runs:
            for event in run.events:
                if isinstance(event, Write | Insert) and event.in_memory:
                    message = self._stale(event, run)
                    if message is not None:
                        yield Hit(event.node, event.scope, message, operations_of(run))

    def _stale(self, event: Write | Insert, run: Run) -> str | None:
        if isinstance(event, Insert):
            return None  # adding to a list loses nothing, whatever was read of it before
        name = event.table.rpartition(":")[2]
        for source in sources(event.value):
            if isinstance(source, Column) and source.row.in_memory and source.row.table == event.table:
                is_single = _line(source.row.node) == _line(event.node) and not run.function.is_async
                read = Moment(source.row.session, source.row.awaits)
                same = source.name in {event.column, "*"}
                if same and not is_single and _can_interleave(read, event, run):
                    return f'"{name}" is changed from a value read before, and other requests run in between'
        for row in event.rows:
            checked = row.checked.get(event.column) if row.in_memory else None
            if checked is not None and _can_interleave(checked, event, run):
                return f'"{name}" is checked, then changed, and other requests run in between'
        return None


def _can_interleave(begun: Moment, event: Write | Insert, run: Run) -> bool:
    """Whether another request can run between a moment and a change."""
    if begun.session != 0 and begun.session == event.session:
        return False
    return begun.awaits < event.awaits if run.function.is_async else True


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)
