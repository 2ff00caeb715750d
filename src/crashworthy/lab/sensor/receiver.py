"""The engine's end of the wire: collects the events of all processes of the service."""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
from collections import deque
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
MAX_CONNECTIONS = 512
READ_SIZE = 256 * 1024


class Receiver:
    """Listens on a Unix stream socket until it is closed; a context manager.

    The service is not trusted: lines that are no event are dropped, and lines, events and connections are bounded.
    `rejected` counts what was dropped. `on_slot` is told at once what a slot of the stand-in's addresses means.
    """

    def __init__(self, socket_path: Path, on_slot: Callable[[int, str, int], None] | None = None) -> None:
        self.path = socket_path
        self._on_slot = on_slot
        self.rejected = 0
        self._lines: deque[bytes] = deque(maxlen=MAX_EVENTS)
        self._slots: dict[int, tuple[str, int]] = {}
        self._hooks: dict[int, dict[str, bool]] = {}
        self._changed = threading.Condition()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = socket.socketpair()
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
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and remove the socket."""
        if self._thread.is_alive():
            self._wake_write.send(b"x")
            self._thread.join()
        self._release()
        self.path.unlink(missing_ok=True)

    def drain(self, settle_s: float = 0.0) -> tuple[SensorEvent, ...]:
        """Events since the last drain, by time; `at` is in seconds of time.monotonic().

        With `settle_s`, first wait until nothing has come in for that long (ten times as long at most).
        """
        deadline = time.monotonic() + 10 * settle_s
        while settle_s > 0 and time.monotonic() < deadline:
            with self._changed:
                if not self._changed.wait(settle_s):
                    break
        events = []
        while self._lines:
            try:
                line = self._lines.popleft()
            except IndexError:
                break
            event = parse_event(line)
            if event is None:
                self.rejected += 1
            else:
                events.append(event)
        return tuple(sorted(events, key=lambda event: event.at))

    def resolve_slot(self, slot: int, timeout_s: float = 1.0) -> tuple[str, int] | None:
        """The host and port that a slot of the stand-in's addresses stands for; waits for it if need be."""
        with self._changed:
            self._changed.wait_for(lambda: slot in self._slots, timeout_s)
            return self._slots.get(slot)

    def capabilities(self) -> frozenset[Capability]:
        """What worked in the last self-test of at least one process."""
        with self._changed:
            working = {name for hooks in self._hooks.values() for name, works in hooks.items() if works}
        return frozenset(capability for capability in Capability if capability.value in working)

    def wait_for(self, capability: Capability, timeout_s: float) -> bool:
        """Wait until a process has reported that `capability` works."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(hooks.get(capability.value) for hooks in self._hooks.values()), timeout_s
            )

    def forget(self) -> None:
        """Drop all events and self-tests: what follows belongs to a fresh copy. Slots stay known."""
        with self._changed:
            self._lines.clear()
            self._hooks.clear()

    def _run(self) -> None:
        buffers: dict[socket.socket, bytearray] = {}
        while True:
            for key, _ in self._selector.select():
                source = key.fileobj
                assert isinstance(source, socket.socket)
                if source is self._wake_read:
                    for connection in buffers:
                        connection.close()
                    return
                if source is self._listener:
                    self._accept(buffers)
                elif not self._read(source, buffers[source]):
                    self._selector.unregister(source)
                    source.close()
                    del buffers[source]

    def _accept(self, buffers: dict[socket.socket, bytearray]) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if len(buffers) >= MAX_CONNECTIONS:
            connection.close()
            return
        connection.setblocking(False)
        buffers[connection] = bytearray()
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
        with self._changed:
            for line in lines:
                self._lines.append(line)
                # These two are asked for before anybody drains.
                if b'"kind":"outbound-map"' in line or b'"kind":"hello"' in line:
                    self._learn(line)
            self._changed.notify_all()
        return True

    def _learn(self, line: bytes) -> None:
        event = parse_event(line)
        if event is None:
            return
        slot, host, port, hooks = (event.data.get(name) for name in ("slot", "host", "port", "hooks"))
        if event.kind == "outbound-map" and isinstance(slot, int) and isinstance(host, str) and isinstance(port, int):
            self._slots[slot] = (host, port)
            if self._on_slot is not None:
                self._on_slot(slot, host, port)
        elif event.kind == "hello" and isinstance(hooks, dict):
            self._hooks[event.pid] = {name: works is True for name, works in hooks.items()}

    def _release(self) -> None:
        self._listener.close()
        self._wake_read.close()
        self._wake_write.close()
        self._selector.close()


def parse_event(line: bytes) -> SensorEvent | None:
    """One line of the wire as an event, or None when it is none."""
    try:
        raw: dict[str, Any] = json.loads(line)
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
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
