"""Finding and ending processes by the mark that a run leaves in their environment.

Uses only the standard library: the watchdog runs it alone. Works where /proc exists (Linux); elsewhere a
service's process group is all that can be ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Collection
from pathlib import Path

RUN_MARK = "CRASHWORTHY_RUN"
ENGINE_FILE = "engine.json"
_END_TIMEOUT_S = 5.0


def all_pids() -> frozenset[int]:
    """The processes that there are."""
    return frozenset(_pids())


def marked(name: str, value: str | None = None, besides: Collection[int] = ()) -> dict[int, str]:
    """Processes whose environment holds the variable (with that value, if given): pid to value.

    Who is among `besides` is not looked at, which on a machine with many processes takes most of the time.
    """
    wanted = f"{name}=".encode()
    exact = None if value is None else wanted + value.encode()
    found: dict[int, str] = {}
    for pid in _pids():
        if pid in besides:
            continue
        environment = _read(f"/proc/{pid}/environ")
        if wanted not in environment:
            continue
        for entry in environment.split(b"\0"):
            if entry.startswith(wanted) and exact in (None, entry):
                found[pid] = entry[len(wanted) :].decode(errors="replace")
    return found


def relatives(leader: int, besides: Collection[int] = ()) -> set[int]:
    """A process, its session and its descendants, those that still run: also who emptied their environment."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for pid in _pids():
        if pid in besides:
            continue
        state = _stat(pid)
        if not state or state[0] == "Z":
            continue
        parents[pid] = int(state[1])
        if pid == leader or state[3] == str(leader):
            found.add(pid)
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        found |= children
        grown = bool(children)
    return found


def end_all(find: Callable[[], Collection[int]], timeout_s: float = _END_TIMEOUT_S) -> set[int]:
    """Kill what `find` finds until it finds nothing; what is left after the time is returned."""
    deadline = time.monotonic() + timeout_s
    while True:
        # Until none is found: a process that forks faster than one pass is caught by the next.
        left = set(find()) - {os.getpid()}
        if not left or time.monotonic() > deadline:
            return left
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def record_engine(run_folder: Path, pid: int | None = None) -> None:
    """Write down which process drives the run, for a later sweep. `pid` is this process if not given."""
    pid = pid or os.getpid()
    text = json.dumps({"pid": pid, "born": _born(pid), "namespace": _namespace()})
    (run_folder / ENGINE_FILE).write_text(text)


def sweep(runs_folder: Path) -> list[int]:
    """End processes of runs below the folder whose engine is gone; returns their pids.

    Runs whose engine lived in another process namespace are left alone: the kernel has ended theirs.
    """
    ended: list[int] = []
    runs: dict[str, set[int]] = {}
    for pid, run_id in marked(RUN_MARK).items():
        runs.setdefault(run_id, set()).add(pid)
    for run_id, pids in runs.items():
        if _is_dead(runs_folder / run_id / ENGINE_FILE):
            ended += pids
            end_all(lambda run_id=run_id: marked(RUN_MARK, run_id))  # type: ignore[misc]
    return ended


def _is_dead(engine_file: Path) -> bool:
    try:
        engine = json.loads(engine_file.read_text())
        pid, born, namespace = int(engine["pid"]), engine["born"], engine["namespace"]
    except (OSError, ValueError, KeyError):
        return False
    return bool(namespace == _namespace() and _born(pid) != born)


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _born(pid: int) -> str:
    """When the process was started, in ticks since boot: a pid alone may belong to somebody else by now."""
    state = _stat(pid)
    return state[19] if state and state[0] != "Z" else ""


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the state on (proc(5), field 3)."""
    return _read(f"/proc/{pid}/stat").decode(errors="replace").rpartition(") ")[2].split()


def _pids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    except OSError:
        return []


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return b""
