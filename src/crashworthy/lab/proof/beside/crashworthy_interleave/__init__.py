"""Starts the service under test and lets requests meet in it. Standard library only; needs no crashworthy.

Written by crashworthy beside the tests that use it. A test calls `start`, `together` and `comparable`; `inside` is what
works in the service's own interpreter meanwhile, `leaving` what happens to connections that leave it, and `standin`
answers those.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from .standin import StandIn

OWN = Path(__file__).resolve().parent
IGNORED_FILES = shutil.ignore_patterns(".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache")
VOLATILE = re.compile(
    r"(^|_)(id|ids|uuid|guid|pk|etag|at|on|time|timestamp|datetime|created|updated|modified|expires|expiry|uptime"
    r"|elapsed|age|duration)(_ms|_s|_seconds)?$|[a-z](Id|Ids|Uuid|UUID|ID|At|Time|Timestamp)$"
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HEAD_START_S = 0.05
START_S = 40.0
DIES_S = 1.0
# There where a test needs to know what the service gives to databases, shells and files.
SINKS = OWN.with_name("crashworthy_sinks")
# There where a test plays at another time.
CLOCK = OWN.with_name("crashworthy_clock")


class Running:
    """A started copy of the service: `url`, `meet` to let requests meet in it, and `sinks` to see where text ends."""

    def __init__(self, url: str, plan: Path, stand_in: StandIn, serve: Any, beside: Any) -> None:
        self.url = url
        self.beside = beside
        """A context in which another process of the service works on the same files: its URL."""
        self.stand_in = stand_in
        self._plan = plan
        self._serve = serve
        self._process = serve()

    def restart(self, number: int) -> None:
        """Send the service a signal, wait for its end, and start it again on the files that it left."""
        os.killpg(self._process.pid, number)
        self._process.wait(START_S)
        self._process = self._serve()

    @contextlib.contextmanager
    def breaking(self, how: str, write: int) -> Any:
        """While this is open, the service is killed before that write of it ("die"), or the write fails ("fail")."""
        with self._planned({"how": how, "write": write, "seed": time.monotonic_ns()}):
            yield

    @contextlib.contextmanager
    def ahead(self, seconds: float) -> Any:
        """While this is open, the clock of the service's process is ahead by so much."""
        with self._planned({"how": "ahead", "ahead_s": seconds}):
            yield

    def go_on(self) -> None:
        """Start the service again if it has died."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(DIES_S)
            self._process = self._serve()

    def lay_canary(self, settings: dict[str, Any]) -> str:
        """Make the file that a payload aims at, beside the service's folder; returns the folder it lies in."""
        outside = self._plan.parent.resolve() / "outside"
        outside.mkdir(exist_ok=True)
        (outside / f"{settings['marker']}{settings.get('ending', '')}").write_text("canary")
        return str(outside)

    def sinks(self) -> list[dict[str, Any]]:
        """What the service gave to databases, shells, templates and files since the start, where it holds a mark."""
        reports = self._plan.with_name("sinks.jsonl")
        return [json.loads(line) for line in reports.read_text().splitlines()] if reports.exists() else []

    @contextlib.contextmanager
    def meet(self, how: str, parties: int, seed: int = 0) -> Any:
        """While this is open, requests meet: `how` is "barrier", "overtake" or "sleep"."""
        with self._planned({"how": how, "parties": parties, "seed": seed}):
            yield

    @contextlib.contextmanager
    def _planned(self, plan: dict[str, Any]) -> Any:
        partial = self._plan.with_suffix(".new")
        partial.write_text(json.dumps(plan))
        partial.replace(self._plan)
        try:
            yield
        finally:
            self._plan.unlink()


@contextlib.contextmanager
def start(
    source: Path,
    command: list[str],
    *,
    folder: str = ".",
    before: list[list[str]] | None = None,
    environment: dict[str, str] | None = None,
) -> Any:
    """Run a copy of the service in `source`. "{python}" and "{port}" in the commands are filled in."""
    with tempfile.TemporaryDirectory(prefix="service-") as name, StandIn() as stand_in:
        root = Path(name) / "copy"
        shutil.copytree(source, root, ignore=IGNORED_FILES)
        inside = Path(name) / "inside"
        inside.mkdir()
        (inside / "sitecustomize.py").write_text("from crashworthy_interleave.inside import install\ninstall()\n")
        for package in (OWN, SINKS, CLOCK):
            if package.is_dir():
                shutil.copytree(package, inside / package.name, ignore=IGNORED_FILES)
        port, plan = _free_port(), Path(name) / "plan.json"
        variables = {**(environment or {}), **os.environ, "PORT": str(port), "PYTHONPATH": str(inside)}
        inner = {"port": port, "plan": str(plan), "stand_in": stand_in.port, "root": os.path.realpath(root)}
        inner["sinks"] = str(Path(name) / "sinks.jsonl")
        where = root / folder
        with (Path(name) / "output").open("w+b") as output:

            def run(words: list[str], extra: dict[str, str], at: int = port) -> subprocess.Popen[bytes]:
                python = os.environ.get("CRASHWORTHY_PYTHON", sys.executable)
                filled = [word.format(python=python, port=at) for word in words]
                given = {**variables, "PORT": str(at), **extra}
                return subprocess.Popen(
                    filled, cwd=where, env=given, stdout=output, stderr=output, start_new_session=True
                )

            @contextlib.contextmanager
            def beside() -> Any:
                at = _free_port()
                process = run(command, {"CRASHWORTHY_INSIDE": json.dumps({**inner, "port": at})}, at)
                with _ended_with_us(process, name):
                    _wait_for(at, process, Path(output.name))
                    yield f"http://127.0.0.1:{at}"

            for words in before or []:
                run(words, {}).wait(START_S)
            with contextlib.ExitStack() as processes:

                def serve() -> subprocess.Popen[bytes]:
                    processes.close()  # of the one before, whose number may soon be another's
                    process = run(command, {"CRASHWORTHY_INSIDE": json.dumps(inner)})
                    processes.enter_context(_ended_with_us(process, name))
                    _wait_for(port, process, Path(output.name))
                    return process

                yield Running(f"http://127.0.0.1:{port}", plan, stand_in, serve, beside)


@contextlib.contextmanager
def _ended_with_us(process: subprocess.Popen[bytes], files: str) -> Any:
    """End the service on leaving; also when this process is killed: an heir does it once our end of its pipe closes."""
    code = "import os, shutil, sys; sys.stdin.read(); os.killpg(int(sys.argv[1]), 9); shutil.rmtree(sys.argv[2], True)"
    words = [sys.executable, "-I", "-S", "-c", code, str(process.pid), files]
    heir = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        # First the heir: once the service is gone, its number may be another's.
        heir.kill()
        heir.communicate()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def together(*calls: Any, first: int | None = None) -> list[Any]:
    """Make the calls at the same time, or one of them first by a moment; what they return, in order."""
    answers: list[Any] = [None] * len(calls)
    line = threading.Barrier(len(calls))

    def make(index: int) -> None:
        line.wait()
        if first not in (None, index):
            time.sleep(HEAD_START_S)
        answers[index] = calls[index]()

    threads = [threading.Thread(target=make, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def comparable(answer: Any, ignored: tuple[str, ...] = ()) -> str:
    """An answer without what differs between two equal plays: ids, times and the `ignored` paths ("/items/-/code")."""
    try:
        value = answer.json()
    except ValueError:
        value = answer.text
    return f"{answer.status_code} {json.dumps(_plain(value, '', '', frozenset(ignored)), sort_keys=True)}"


def orders(requests: Any) -> Any:
    """All orders of the requests, given by number."""
    return itertools.permutations(requests)


def _plain(value: Any, path: str, name: str, ignored: frozenset[str]) -> Any:
    if path in ignored:
        return "*"
    if isinstance(value, dict):
        return {key: _plain(item, f"{path}/{key}", key, ignored) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_plain(item, f"{path}/-", name, ignored) for item in value), key=json.dumps)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float) and any(1.5e9 <= value / unit <= 2.6e9 for unit in (1, 1e3, 1e6, 1e9)):
        return "*"  # seconds since 1970, or parts of them
    return "*" if VOLATILE.search(name) or MOMENT.search(str(value)) else value


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    end = output.read_text(errors="replace")[-3000:]
    raise RuntimeError(f"the service does not start (set CRASHWORTHY_PYTHON to its interpreter?):\n{end}")
