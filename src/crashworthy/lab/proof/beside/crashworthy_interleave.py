"""Starts the service under test and lets requests meet in it. Standard library only; needs no crashworthy.

Written by crashworthy beside the tests that use it. Outside, a test calls `start`, `together` and `comparable`.
Inside the service's own interpreter (through a sitecustomize module that `start` makes) this file
- serves on the port that the test chose, whatever the service says,
- holds each request before its first write until the others have come as far ("barrier"), holds the first one there
  while the others go on ("overtake"), or lets requests rest at random lines and awaits ("sleep"), while the test
  asks for it,
- kills the service before a write of its database or files, or lets that write fail, when the test asks for it,
- lets the service's clock be ahead, when the test asks for it,
- sends connections that leave the service to a stand-in of the test.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import importlib.abc
import importlib.util
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

IGNORED_FILES = shutil.ignore_patterns(".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache")
VOLATILE = re.compile(
    r"(^|_)(id|ids|uuid|guid|pk|etag|at|on|time|timestamp|datetime|created|updated|modified|expires|expiry|uptime"
    r"|elapsed|age|duration)(_ms|_s|_seconds)?$|[a-z](Id|Ids|Uuid|UUID|ID|At|Time|Timestamp)$"
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BARRIER_S = 0.25
HEAD_START_S = 0.05
START_S = 40.0
DIES_S = 1.0
COLLECTED_S = 0.3
LOCAL = {None, "", "localhost", "127.0.0.1", "::1"}
TLS_HANDSHAKE = b"\x16"
# There where a test needs to know what the service gives to databases, shells and files.
SINKS = Path(__file__).resolve().parent / "crashworthy_sinks"
# There where a test plays at another time.
CLOCK = SINKS.with_name("crashworthy_clock")


# Outside: in the test


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
        (inside / "sitecustomize.py").write_text("import crashworthy_interleave\ncrashworthy_interleave.install()\n")
        shutil.copy(__file__, inside / "crashworthy_interleave.py")
        for package in (SINKS, CLOCK):
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


class StandIn(socketserver.ThreadingTCPServer):
    """Answers every request to a dependency with {"ok": true}; or hangs, drips or loses the answer, as `mode` says."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.mode = "normal"
        self.calls: list[tuple[str, str]] = []
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def effects(self) -> int:
        """How many calls may have changed something at a dependency; those under one idempotency key are one."""
        changing = [(call, key) for call, key in self.calls if not call.startswith(("GET ", "HEAD "))]
        return len({key for _, key in changing if key}) + sum(not key for _, key in changing)

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""


class _Answer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        mode = self.server.mode  # type: ignore[attr-defined]
        if mode == "hang":
            time.sleep(3600)
        if self.rfile.peek(1)[:1] == TLS_HANDSHAKE:  # type: ignore[attr-defined]
            return  # of a client that `_patch_tls` does not know: better an error than a wait without end
        length, call, key = 0, self.rfile.readline().decode("latin-1").strip(), ""
        while (line := self.rfile.readline()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() in {"idempotency-key", "x-idempotency-key"}:
                key = value.strip()
        self.rfile.read(length)
        self.server.calls.append((call, key))  # type: ignore[attr-defined]
        if mode == "lost":
            return  # what was asked for is done, and nobody hears of it
        body = json.dumps({"ok": True, "id": "1", "status": "ok"}).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        if mode == "drip":
            self.wfile.write(head % 3600)
            for _ in range(3600):
                self.wfile.write(b" ")
                time.sleep(1)
        self.wfile.write(head % len(body) + body)


# Inside: in the service's interpreter

_inside: dict[str, Any] = {}
_lock = threading.Condition()
_met: dict[str, set[int]] = {}
_writes: dict[int, int] = {}
_random = random.Random()  # noqa: S311 - repeatable by design


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
    _patch_sockets()
    _patch_sqlite()
    _patch_files()
    after_import("psycopg", _patch_psycopg)
    after_import("psycopg2", _patch_psycopg2)
    after_import("asyncio.base_events", _patch_loop)
    after_import("ssl", _patch_tls)
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


_open = open

# Told of each statement (driver, text) and each connection that leaves the service (host, port), where somebody asks.
on_statement: Any = None
on_connect: Any = None


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


def _patch_sockets() -> None:
    """The server's port is the test's; every other host is the stand-in."""
    bind, connect, connect_ex = socket.socket.bind, socket.socket.connect, socket.socket.connect_ex
    look_up = socket.getaddrinfo
    own: set[int] = {_inside["port"]}

    def to(sock: Any, address: Any) -> Any:
        if sock.family not in (socket.AF_INET, socket.AF_INET6) or address[1] in own or _is_database(address[1]):
            return address
        if on_connect is not None:
            on_connect(*address[:2])
        there = ("127.0.0.1", _inside["stand_in"])
        return there if sock.family == socket.AF_INET else ("::ffff:127.0.0.1", there[1], 0, 0)

    def bound(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[1] != 0 and self.type & socket.SOCK_STREAM:
            address = ("127.0.0.1" if self.family == socket.AF_INET else "::", _inside["port"], *address[2:])
        bind(self, address)
        if self.family in (socket.AF_INET, socket.AF_INET6):
            own.add(self.getsockname()[1])

    def looked_up(host: Any, port: Any, *given: Any, **named: Any) -> Any:
        local = host in (None, "", "localhost", b"localhost") or re.fullmatch(r"[\d.]+|.*:.*", str(host))
        return look_up(host if local else "127.0.0.1", port, *given, **named)

    socket.socket.bind = bound  # type: ignore[method-assign,assignment]
    socket.socket.connect = lambda self, address: connect(self, to(self, address))  # type: ignore[method-assign]
    socket.socket.connect_ex = lambda self, address: connect_ex(self, to(self, address))  # type: ignore[method-assign]
    socket.getaddrinfo = looked_up


def _patch_tls(module: Any) -> None:
    """What leaves the service in TLS leaves it plainly, as the stand-in speaks none."""
    wrap_socket, wrap_bio = module.SSLContext.wrap_socket, module.SSLContext.wrap_bio

    class Plain:
        """What clients ask a TLS connection for."""

        context: Any = None
        server_hostname = ""
        server_side = session_reused = False
        session = None

        def getpeercert(self, binary_form: bool = False) -> Any:
            return b"" if binary_form else {"subjectAltName": (("DNS", self.server_hostname),)}

        def do_handshake(self, *_: Any) -> None:
            return None

        cipher = compression = selected_alpn_protocol = shared_ciphers = get_channel_binding = do_handshake

        def version(self) -> str:
            return "TLSv1.3"

    class PlainSocket(Plain, socket.socket):
        def pending(self) -> int:
            return 0

        def unwrap(self) -> socket.socket:
            return self

        def read(self, size: int = 1024, buffer: Any = None) -> Any:
            return self.recv(size) if buffer is None else self.recv_into(buffer, size)

        def write(self, data: Any) -> int:
            return self.send(data)

    class PlainObject(Plain):
        def __init__(self, incoming: Any, outgoing: Any) -> None:
            self._incoming, self._outgoing = incoming, outgoing

        def pending(self) -> int:
            return int(self._incoming.pending)

        def unwrap(self) -> None:
            return None

        def read(self, size: int = 1024, buffer: Any = None) -> Any:
            data = self._incoming.read(size)
            if not data and not self._incoming.eof:
                raise module.SSLWantReadError
            if buffer is None:
                return data
            buffer[: len(data)] = data
            return len(data)

        def write(self, data: Any) -> int:
            return int(self._outgoing.write(data))

    def leaves(sock: socket.socket) -> bool:
        try:
            return bool(sock.getpeername()[1] == _inside["stand_in"])
        except (OSError, IndexError):
            return False

    def told(plain: Any, context: Any, name: Any) -> Any:
        plain.context, plain.server_hostname = context, name or ""
        return plain

    def wrapped(self: Any, sock: Any, server_side: bool = False, *given: Any, **named: Any) -> Any:
        if server_side or not leaves(sock):
            return wrap_socket(self, sock, server_side, *given, **named)
        timeout = sock.gettimeout()
        plain = PlainSocket(sock.family, sock.type, sock.proto, fileno=sock.detach())
        plain.settimeout(timeout)
        return told(plain, self, named.get("server_hostname"))

    def wrapped_bio(
        self: Any, incoming: Any, outgoing: Any, server_side: bool = False, *given: Any, **named: Any
    ) -> Any:
        name = given[0] if given else named.get("server_hostname")
        if server_side or name in LOCAL:  # a database, perhaps
            return wrap_bio(self, incoming, outgoing, server_side, *given, **named)
        return told(PlainObject(incoming, outgoing), self, name)

    module.SSLContext.wrap_socket, module.SSLContext.wrap_bio = wrapped, wrapped_bio


def _is_database(port: int) -> bool:
    return port in {5432, 3306, 6379, 27017, 1521, 1433}


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


def serve(target: str) -> None:
    """Serve a WSGI application, "module:name", with a thread per request."""
    from wsgiref.simple_server import WSGIServer, make_server

    class Server(socketserver.ThreadingMixIn, WSGIServer):
        daemon_threads = True

    module, _, name = target.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    application: Any = importlib.import_module(module)
    for part in name.removesuffix("()").split("."):
        application = getattr(application, part)
    if name.endswith("()"):
        application = application()
    make_server("127.0.0.1", _inside["port"], application, server_class=Server).serve_forever()


if __name__ == "__main__":
    # sitecustomize has imported this file already, under its own name.
    sys.modules["crashworthy_interleave"].serve(sys.argv[1])
