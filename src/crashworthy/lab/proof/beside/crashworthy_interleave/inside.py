"""In the service's own interpreter, through a sitecustomize module that a test's `start` makes.

- The service serves on the port that the test chose, whatever it says itself.
- Each request is held before its first write until the others have come as far ("barrier"), the first one is held
  there while the others go on ("overtake"), or requests rest at random lines and awaits ("sleep"), while the test asks
  for it.
- The service is killed before a write of its database or files, or that write fails, when the test asks for it.
- Its clock is ahead, when the test asks for it.
"""

from __future__ import annotations

import errno
import gc
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from .leaving import patch_sockets, patch_tls

BARRIER_S = 0.25
COLLECTED_S = 0.3
SINKS = Path(__file__).resolve().parents[1] / "crashworthy_sinks"
CLOCK = SINKS.with_name("crashworthy_clock")

_inside: dict[str, Any] = {}
_lock = threading.Condition()
_met: dict[str, set[int]] = {}
_writes: dict[int, int] = {}
_random = random.Random()  # noqa: S311 - repeatable by design

_open = open

# Told of each statement (driver, text) and each connection that leaves the service (host, port), where somebody asks.
on_statement: Any = None
on_connect: Any = None


def install() -> None:
    """Called by sitecustomize in the service's process."""
    given = os.environ.get("CRASHWORTHY_INSIDE")
    if not given:
        return
    _inside.update(json.loads(given))
    if SINKS.is_dir():
        importlib.import_module("crashworthy_sinks").install(_inside["sinks"], sys.modules[__name__])
    if (CLOCK / "clock.py").exists():
        importlib.import_module("crashworthy_clock").install(_ahead)
    patch_sockets(_inside["port"], _inside["stand_in"], _leaves)
    _patch_sqlite()
    _patch_files()
    after_import("psycopg", _patch_psycopg)
    after_import("psycopg2", _patch_psycopg2)
    after_import("asyncio.base_events", _patch_loop)
    after_import("ssl", partial(patch_tls, _inside["stand_in"]))
    threading.settrace(_trace)
    sys.settrace(_trace)


def _plan() -> dict[str, Any] | None:
    try:
        with _open(_inside["plan"]) as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return None


def _ahead() -> float:
    plan = _plan()
    return float(plan["ahead_s"]) if plan is not None and plan["how"] == "ahead" else 0.0


def _leaves(host: Any, port: Any) -> None:
    if on_connect is not None:
        on_connect(host, port)


def _break_off(plan: dict[str, Any], error: type[Exception], *message: Any) -> None:
    """Die, or fail, at the write that the plan names."""
    with _lock:
        _writes[plan["seed"]] = number = _writes.get(plan["seed"], 0) + 1
    if number != plan["write"]:
        return
    if plan["how"] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    # What a failed request leaves in cycles, such as an open connection, a busy service would soon collect.
    threading.Timer(COLLECTED_S, gc.collect).start()
    raise error(*message)


def _before_write(error: type[Exception], *message: Any) -> None:
    """Wait until the other requests have come to their first write, or a quarter of a second.

    To be overtaken, the first waits so long in any case, and the others not at all. Or break off: with `error`.
    """
    plan = _plan()
    if plan is not None and plan["how"] in {"die", "fail"}:
        _break_off(plan, error, *message)
    if plan is None or plan["how"] not in {"barrier", "overtake"}:
        return
    key, me, until = str(plan["seed"]), threading.get_ident(), time.monotonic() + BARRIER_S
    with _lock:
        here = _met.setdefault(key, set())
        if me in here:
            return
        here.add(me)
        _lock.notify_all()
        overtaken = plan["how"] == "overtake"
        if overtaken and len(here) > 1:
            return
        while (overtaken or len(here) < plan["parties"]) and time.monotonic() < until:
            _lock.wait(until - time.monotonic())


def _is_write(statement: Any) -> bool:
    words = str(statement).lstrip("( \n\t").split(None, 1)
    return bool(words) and words[0].upper() in {"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "WITH"}


def _about_to_execute(driver: str, statement: Any) -> None:
    if on_statement is not None:
        on_statement(driver, statement)
    if _is_write(statement):
        import sqlite3

        _before_write(sqlite3.OperationalError, "disk I/O error")


def _patch_sqlite() -> None:
    import sqlite3

    # A failed statement's traceback keeps our frames. A cursor in them would keep the transaction open beyond the
    # connection's close, and lock the database for everybody: hence `del self`.
    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, *given: Any) -> Any:
            _about_to_execute("sqlite3", statement)
            try:
                return super().execute(statement, *given)
            except BaseException:
                del self
                raise

        def executemany(self, statement: str, *given: Any) -> Any:
            _about_to_execute("sqlite3", statement)
            try:
                return super().executemany(statement, *given)
            except BaseException:
                del self
                raise

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, statement: str, *given: Any) -> Any:
            return self.cursor().execute(statement, *given)

        def executemany(self, statement: str, *given: Any) -> Any:
            return self.cursor().executemany(statement, *given)

        def executescript(self, script: str) -> Any:
            _about_to_execute("sqlite3", script)
            return super().executescript(script)

    original = sqlite3.connect

    def connect(*given: Any, **named: Any) -> Any:
        if len(given) < 6:
            named.setdefault("factory", Connection)
        return original(*given, **named)

    for module in (sqlite3, sqlite3.dbapi2):
        module.connect, module.Cursor, module.Connection = connect, Cursor, Connection  # type: ignore[attr-defined]


def _patch_psycopg(module: Any) -> None:
    original = module.Cursor.execute

    def execute(self: Any, query: Any, *given: Any, **named: Any) -> Any:
        _about_to_execute("psycopg", query)
        return original(self, query, *given, **named)

    module.Cursor.execute = execute


def _patch_psycopg2(module: Any) -> None:
    class Cursor(module.extensions.cursor):  # type: ignore[misc]
        def execute(self, query: Any, *given: Any) -> Any:
            _about_to_execute("psycopg2", query)
            return super().execute(query, *given)

    original = module.connect

    def connect(*given: Any, **named: Any) -> Any:
        named.setdefault("cursor_factory", Cursor)
        return original(*given, **named)

    module.connect = connect


def _patch_files() -> None:
    import builtins
    import io

    def opened(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
        if set(mode) & set("wax+") and os.path.realpath(str(file)).startswith(_inside["root"]):
            _before_write(OSError, errno.ENOSPC, os.strerror(errno.ENOSPC))
        return _open(file, mode, *given, **named)

    builtins.open = io.open = opened


def _trace(frame: Any, _event: str, _argument: Any) -> Any:
    """Rest at random lines of the service's own code."""
    if not frame.f_code.co_filename.startswith(_inside["root"]):
        return None

    def at_line(_frame: Any, event: str, _argument: Any) -> Any:
        if event == "line" and _random.random() < 0.4:
            plan = _plan()
            if plan is not None and plan["how"] == "sleep" and not _in_loop():
                time.sleep(_random.random() * 0.02)
        return at_line

    return at_line


def _in_loop() -> bool:
    events = sys.modules.get("asyncio.events")
    return events is not None and events._get_running_loop() is not None


def _patch_loop(module: Any) -> None:
    """Let tasks rest at random awaits."""
    original = module.BaseEventLoop.call_soon

    def call_soon(self: Any, callback: Any, *given: Any, context: Any = None) -> Any:
        step = "Task" in type(callback).__name__ or getattr(callback, "__name__", "") == "task_wakeup"
        if step and _random.random() < 0.5:
            plan = _plan()
            if plan is not None and plan["how"] == "sleep":
                return self.call_later(_random.random() * 0.02, callback, *given, context=context)
        return original(self, callback, *given, context=context)

    module.BaseEventLoop.call_soon = call_soon


def after_import(name: str, patch: Any) -> None:
    """Patch a module once it is there, without importing it."""

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, wanted: str, *_: Any) -> Any:
            if wanted != name:
                return None
            sys.meta_path.remove(self)
            spec = importlib.util.find_spec(wanted)
            if spec is not None and spec.loader is not None:
                execute = spec.loader.exec_module

                def exec_module(module: Any) -> None:
                    execute(module)
                    patch(module)

                spec.loader.exec_module = exec_module  # type: ignore[method-assign]
            return spec

    if name in sys.modules:
        patch(sys.modules[name])
    else:
        sys.meta_path.insert(0, Finder())
