"""A lock, connection or transaction is taken, and not given back when something goes wrong in between."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, Statements
from crashworthy.source.flow.refusal import never_returns
from crashworthy.source.index import dotted_name
from crashworthy.source.symbols import Function
from crashworthy.weaknesses.input import WEDGED_BY_ONE_REQUEST

# What takes, what gives back, and what to call it. `get`/`put` counts only when both go to one object.
_PAIRS = {
    "acquire": ("release", "a lock"),
    "getconn": ("putconn", "a pooled connection"),
    "get_connection": ("close", "a pooled connection"),
    "get": ("put", "an entry of a pool"),
    "get_nowait": ("put_nowait", "an entry of a pool"),
    "checkout": ("checkin", "an entry of a pool"),
    "connect": ("close", "a connection"),
    "raw_connection": ("close", "a connection"),
}
_GIVES_ITSELF = frozenset({"connect", "raw_connection", "get_connection"})

_APP = """
import queue
import threading
from flask import Flask, abort, request
from sqlalchemy import create_engine, text

app = Flask(__name__)
engine = create_engine("postgresql://localhost/shop")
lock = threading.Lock()
pool = queue.Queue()
"""


class NotReleased(Rule):
    """`acquire()`, `getconn()`, `pool.get()` or `engine.connect()`, given back without `finally` or `with`.

    An exception (or an early return) in between keeps it for good. After one such request, or a few, everybody who
    needs it waits. Left alone: `with`, `try`/`finally` and `except` that give back, pairs that are split over two
    functions on purpose (`__enter__` and `__exit__`), and takings with nothing in between that can fail.
    """

    id = "not-released"
    weakness = WEDGED_BY_ONE_REQUEST
    firing = (
        Sample("a lock, and a field that may be missing", {"app.py": _APP + """
@app.post("/orders")
def order():
    lock.acquire()
    quantity = request.get_json()["quantity"]
    lock.release()
    return {"quantity": quantity}
"""}),
        Sample("a connection, and an early refusal", {"app.py": _APP + """
@app.post("/orders")
def order():
    connection = engine.connect()
    if request.args["n"] == "0":
        abort(400)
    connection.execute(text("SELECT 1"))
    connection.close()
    return {}
"""}),
        Sample("an entry of a pool", {"app.py": _APP + """
@app.post("/orders")
def order():
    seat = pool.get(timeout=1)
    number = int(request.args["n"])
    pool.put(seat)
    return {"number": number}
"""}),
    )  # fmt: skip
    quiet = (
        Sample("with", {"app.py": _APP + """
@app.post("/orders")
def order():
    with lock, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        return {"quantity": request.get_json()["quantity"]}
"""}),
        Sample("finally", {"app.py": _APP + """
@app.post("/orders")
def order():
    lock.acquire()
    try:
        return {"quantity": request.get_json()["quantity"]}
    finally:
        lock.release()
"""}),
        Sample("taken within the try", {"app.py": _APP + """
@app.post("/orders")
def order():
    connection = None
    try:
        connection = engine.connect()
        connection.execute(text("SELECT 1"))
        return {}
    finally:
        if connection is not None:
            connection.close()
"""}),
        Sample("given back in every handler", {"app.py": _APP + """
@app.post("/orders")
def order():
    seat = pool.get()
    try:
        number = int(request.args["n"])
    except BaseException:
        pool.put(seat)
        raise
    pool.put(seat)
    return {"number": number}
"""}),
        Sample("a context manager of its own", {"app.py": _APP + """
class Guard:
    def __enter__(self):
        lock.acquire()
        return self

    def __exit__(self, *details):
        lock.release()
"""}),
        Sample("nothing in between can fail", {"app.py": _APP + """
served = 0

@app.post("/orders")
def order():
    global served
    lock.acquire()
    served += 1
    lock.release()
    return {}
"""}),
        Sample("a cache's get and put", {"app.py": _APP + """
cache = {}

@app.get("/orders/<name>")
def order(name):
    found = cache.get(name)
    if found is None:
        abort(404)
    return {"found": found}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Takings whose giving back an exception skips."""
        for function in context.analysis.functions:
            if not _depends_on_input(function):
                continue
            statements: Statements | None = None
            for call in function.calls:
                taken = _taken(call, function)
                if taken is None:
                    continue
                statements = statements or Statements(function.node)
                what = _skipped(call, taken, function, statements, context)
                if what is not None:
                    yield Hit(call, function, what)


def _depends_on_input(function: Function) -> bool:
    """Whether what a function does can differ between requests, so that one of them may make it fail."""
    names = set(function.parameters) - {"self", "cls"}
    return bool(names) or any(isinstance(node, ast.Name) and node.id == "request" for node in ast.walk(function.node))


def _taken(call: ast.Call, function: Function) -> str | None:
    """The name of what takes, when the call may be one."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _PAIRS:
        return None
    if function.name in {"__enter__", "__aenter__", "acquire", "connect"}:
        return None
    return call.func.attr


def _skipped(call: ast.Call, taking: str, function: Function, statements: Statements, context: Context) -> str | None:
    giving, what = _PAIRS[taking]
    assert isinstance(call.func, ast.Attribute)
    holder = dotted_name(call.func.value)
    around = list(statements.around(call))
    if holder is None or any(isinstance(node, ast.withitem | ast.Return) for node in around):
        return None
    statement = next((node for node in around if isinstance(node, ast.stmt)), None)
    if taking in _GIVES_ITSELF:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        holder = dotted_name(target) if target is not None else None
    gives = [
        one
        for one in function.calls
        if isinstance(one.func, ast.Attribute) and one.func.attr == giving and dotted_name(one.func.value) == holder
    ]
    if holder is None or not gives or statement is None:
        return None
    for give in gives:
        for node in statements.around(give):
            if isinstance(node, ast.Try) and any(part is give for final in node.finalbody for part in ast.walk(final)):
                return None
            if isinstance(node, ast.ExceptHandler):
                return None
    between = _between(function, statement, max(give.lineno for give in gives))
    if not any(_may_fail(node, function, context) for node in between):
        return None
    return f"{what} is taken and not given back when something in between raises or returns"


def _between(function: Function, taking: ast.stmt, last: int) -> list[ast.AST]:
    return [
        node
        for node in ast.walk(function.node)
        if taking.lineno < getattr(node, "lineno", 0) < last and not isinstance(node, ast.FunctionDef)
    ]


def _may_fail(node: ast.AST, function: Function, context: Context) -> bool:
    if isinstance(node, ast.Raise | ast.Return | ast.Await):
        return True
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return True
    return isinstance(node, ast.Call) and (
        never_returns(context.analysis.index, node, function) or not _is_harmless(node)
    )


def _is_harmless(call: ast.Call) -> bool:
    name = (dotted_name(call.func) or "").rpartition(".")[2]
    return name in {"append", "add", "debug", "info", "warning", "monotonic", "time", "len", "str", "repr", "print"}
