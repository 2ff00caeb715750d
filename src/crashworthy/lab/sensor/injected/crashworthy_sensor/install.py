"""Put all hooks in place, once per process; again what a fork undoes."""

from __future__ import annotations

import atexit
import builtins
import io
import os
import sys
import threading

from crashworthy_sensor import (
    events,
    files,
    frameworks,
    hashing,
    known_hashes,
    late_imports,
    lines,
    outbound,
    selftest,
    sinks,
    sql,
    threads,
)
from crashworthy_sensor.context import current
from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.imports import watch_imports, when_imported, when_patched
from crashworthy_sensor.interleave import barrier, turns
from crashworthy_sensor.interleave.sleep import patch_create_task
from crashworthy_sensor.place import innermost
from crashworthy_sensor.settings import settings

_installed = False


def install() -> None:
    """Install the sensor. Does nothing without CRASHWORTHY_SENSOR_SOCKET or CRASHWORTHY_ROOT, or a second time."""
    global _installed
    if _installed or not (settings.socket or settings.root):
        return
    _installed = True
    for part in (
        watch_imports,
        outbound.install,
        sql.install,
        sinks.install,
        hashing.install,
        known_hashes.install,
        frameworks.install,
        _install_threads,
        _install_files,
        _install_process_hooks,
    ):
        try:
            part()
        except Exception:
            sensor_error(f"install {part.__qualname__}")
    events.at_end(late_imports.tell)
    when_patched(selftest.hello)
    selftest.hello()


def _install_threads() -> None:
    threads.patch_threading(threading)
    when_imported("concurrent.futures.thread", threads.patch_futures)
    when_imported("anyio.to_thread", threads.patch_anyio)
    when_imported("asyncio.base_events", lambda module: patch_create_task(module.BaseEventLoop))


def _install_files() -> None:
    files.patch_open(builtins, io)
    files.patch_os(os)


def _install_process_hooks() -> None:
    atexit.register(events.flush_all)
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def _before_fork() -> None:
    """Do once, here, what every child would do for itself: tell own files from others, and what is imported."""
    try:
        innermost(sys._getframe())
        late_imports.before_fork()
    except Exception:
        sensor_error("before fork")


def _after_fork() -> None:
    try:
        current.set(None)
        events.after_fork()
        barrier.forget_all()
        turns.forget_all()
        lines.after_fork()
        selftest.hello(always=True)
    except Exception:
        sensor_error("after fork")
