"""The engine's end of the wire: collects the events of all processes of the service."""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.history import SensorEvent
from crashworthy.core.location import Location
from crashworthy.lab.testbed import Capability

MAX_LINE = 4 * 1024 * 1024
MAX_EVENTS = 200_000
MAX_BYTES = 64 * 1024 * 1024
MAX_CONNECTIONS = 512
MAX_PROCESSES = 4096
MAX_MODULES = 2000
MAX_ROUNDS = 64
SLOTS = 1 << 16
READ_SIZE = 256 * 1024
POLL_S = 0.02


class Receiver:
    """Listens on a Unix stream socket until it is closed; a context manager.

    It looks at its connections every few milliseconds and whenever it is asked something, rather than waiting on
    them: waking a waiting reader costs the sender, which is the service, more than all else that the sensor does.

    The service is not trusted: lines that are no event are dropped, and lines, events and connections are bounded.
    `rejected` counts what was dropped.
    """

    def __init__(self, socket_path: Path) -> None:
        self.path = socket_path
        self.rejected = 0
        self._lines: list[bytes] = []
        self._bytes = 0
        self._slots: dict[int, tuple[str, int]] = {}
        self._hooks: dict[int, dict[str, bool]] = {}
        self._late_imports: dict[str, None] = {}
        self._buffers: dict[socket.socket, bytearray] = {}
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, name="sensor-receiver", daemon=True)

    def __enter__(self) -> Self:
        try:
            self._listener.bind(str(self.path))
        except OSError as error:
            self._release()
            raise CrashworthyError(
                f"the sensor's socket could not be made at {self.path}: {error}",
                remedy="Choose a run folder with a shorter path (Unix sockets allow about 100 characters).",
            ) from error
        # The service may run under another user id.
        self.path.chmod(0o666)
        self._listener.listen(128)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and remove the socket."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._thread.join()
        self._release()
        self.path.unlink(missing_ok=True)

    def drain(self, settle_s: float = 0.0) -> tuple[SensorEvent, ...]:
        """Events since the last drain, by time; `at` is in seconds of time.monotonic().

        With `settle_s`, first wait until nothing has come in for that long (ten times as long at most).
        """
        quiet_since = now = time.monotonic()
        deadline = now + 10 * settle_s
        while True:
            if self._read_all():
                quiet_since = time.monotonic()
            now = time.monotonic()
            if now >= min(deadline, quiet_since + settle_s):
                break
            time.sleep(min(POLL_S, settle_s))
        with self._lock:
            lines = self._take()
        events = [event for event in map(parse_event, lines) if event is not None]
        self.rejected += len(lines) - len(events)
        return tuple(sorted(events, key=lambda event: event.at))

    def resolve_slot(self, slot: int, timeout_s: float = 1.0) -> tuple[str, int] | None:
        """The host and port that a slot of the stand-in's addresses stands for; waits for it if need be."""
        self._wait_until(lambda: slot in self._slots, timeout_s)
        return self._slots.get(slot)

    def capabilities(self) -> frozenset[Capability]:
        """What worked in the last self-test of at least one process."""
        self._read_all()
        with self._lock:
            working = {name for hooks in self._hooks.values() for name, works in hooks.items() if works}
        return frozenset(capability for capability in Capability if capability.value in working)

    def late_imports(self) -> tuple[str, ...]:
        """Library modules that copies have imported only as they served, in the order of their first import."""
        self._read_all()
        with self._lock:
            return tuple(self._late_imports)

    def wait_for(self, capability: Capability, timeout_s: float) -> bool:
        """Wait until a process has reported that `capability` works."""
        return self._wait_until(lambda: capability in self.capabilities(), timeout_s)

    def forget(self) -> None:
        """Drop all events and self-tests: what follows belongs to a fresh copy. Slots stay known."""
        self._read_all()
        with self._lock:
            self._take()
            self._hooks.clear()

    def _take(self) -> list[bytes]:
        lines, self._lines, self._bytes = self._lines, [], 0
        return lines

    def _wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        while True:
            self._read_all()
            if condition():
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.002)

    def _run(self) -> None:
        # So that the service never finds a full buffer, whether or not somebody asks us.
        while not self._closing.wait(POLL_S):
            self._read_all()

    def _read_all(self) -> bool:
        """Read what has come in; whether there was anything."""
        found = False
        with self._lock:
            if self._closing.is_set():
                return False
            # Several rounds, as connections may be new; not without end, as somebody may never stop writing.
            for _ in range(MAX_ROUNDS):
                ready = self._selector.select(0)
                if not ready:
                    break
                for key, _ in ready:
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    if source is self._listener:
                        self._accept()
                    elif not self._read(source, self._buffers[source]):
                        self._selector.unregister(source)
                        source.close()
                        del self._buffers[source]
                    else:
                        found = True
        return found

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if len(self._buffers) >= MAX_CONNECTIONS:
            connection.close()
            return
        connection.setblocking(False)
        self._buffers[connection] = bytearray()
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self, connection: socket.socket, buffer: bytearray) -> bool:
        """Read what there is; False at the end of the connection."""
        try:
            received = connection.recv(READ_SIZE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not received:
            return False
        buffer += received
        *lines, rest = bytes(buffer).split(b"\n")
        buffer[:] = rest
        if len(buffer) > MAX_LINE:
            return False
        for line in lines:
            if b'"kind":"late-imports"' in line:
                self._learn(line)
                continue
            if len(self._lines) >= MAX_EVENTS or self._bytes >= MAX_BYTES:
                self.rejected += 1
                continue
            self._lines.append(line)
            self._bytes += len(line)
            # These two are asked for before anybody drains.
            if b'"kind":"outbound-map"' in line or b'"kind":"hello"' in line:
                self._learn(line)
        return True

    def _learn(self, line: bytes) -> None:
        event = parse_event(line)
        if event is None:
            return
        slot, host, port, hooks, names = (event.data.get(name) for name in ("slot", "host", "port", "hooks", "names"))
        if event.kind == "outbound-map" and isinstance(slot, int) and isinstance(host, str) and isinstance(port, int):
            if 0 <= slot < SLOTS:
                self._slots[slot] = (host, port)
        elif event.kind == "hello" and isinstance(hooks, dict) and len(self._hooks) < MAX_PROCESSES:
            self._hooks[event.pid] = {name: works is True for name, works in hooks.items()}
        elif event.kind == "late-imports" and isinstance(names, list) and len(self._late_imports) < MAX_MODULES:
            self._late_imports.update(dict.fromkeys(name for name in names if isinstance(name, str)))

    def _release(self) -> None:
        with self._lock:
            for connection in (self._listener, *self._buffers):
                connection.close()
            self._buffers.clear()
            self._selector.close()


def parse_event(line: bytes) -> SensorEvent | None:
    """One line of the wire as an event, or None when it is none."""
    try:
        raw: dict[str, Any] = json.loads(line, parse_constant=_refuse)
        location = None
        if raw.get("file") is not None:
            location = Location(file=raw["file"], line=max(1, raw["line"]), symbol=raw.get("symbol"))
        return SensorEvent(
            at=raw["at"],
            kind=raw["kind"],
            exchange=raw["exchange"],
            pid=raw["pid"],
            thread=raw["thread"],
            location=location,
            data=raw["data"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    """NaN and the infinities, which Python's parser accepts, are no JSON and could not be saved."""
    raise ValueError(constant)
