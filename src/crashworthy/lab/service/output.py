"""What a service prints: read without end, kept within bounds."""

from __future__ import annotations

import array
import fcntl
import os
import select
import termios
import threading
import time

KEPT_HEAD = 64 * 1024
KEPT_TAIL = 64 * 1024
_READ_BYTES = 256 * 1024
_FREE_BYTES = 64 * 1024 * 1024


class OutputLog:
    """The first and the last 64 KiB since the last mark, and how much was in between. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._head = bytearray()
        self._tail = bytearray()
        self._skipped = 0
        self._last = time.monotonic()

    def append(self, data: bytes) -> None:
        """Add what was read."""
        with self._lock:
            self._last = time.monotonic()
            room = KEPT_HEAD - len(self._head)
            self._head += data[:room]
            self._tail += data[room:] if room > 0 else data
            if len(self._tail) > 2 * KEPT_TAIL:
                self._skipped += len(self._tail) - KEPT_TAIL
                del self._tail[:-KEPT_TAIL]

    def mark(self) -> None:
        """Forget everything so far: another copy of the service begins to print."""
        with self._lock:
            self._head.clear()
            self._tail.clear()
            self._skipped = 0

    @property
    def quiet_s(self) -> float:
        """Seconds since something was printed."""
        return time.monotonic() - self._last

    def text(self) -> str:
        """What was kept, with a line in between that says how much was not."""
        with self._lock:
            skipped = self._skipped + max(0, len(self._tail) - KEPT_TAIL)
            head, tail = bytes(self._head), bytes(self._tail[-KEPT_TAIL:])
        between = f"\n[... {skipped} bytes left out ...]\n".encode() if skipped else b""
        return (head + between + tail).decode(errors="replace")


class OutputReader(threading.Thread):
    """Reads a pipe to its end into a log, so that the service never waits for somebody to read it."""

    def __init__(self, pipe_fd: int, log: OutputLog) -> None:
        super().__init__(name="service-output", daemon=True)
        self._fd = pipe_fd
        self._log = log
        self._reading = threading.Lock()
        self._ended = False
        # Reading at full speed what is printed without end would take a core from the measurements.
        self._free = _FREE_BYTES

    def run(self) -> None:
        """Read until the last process that can write to the pipe is gone."""
        pause = threading.Event()
        while not self._ended:
            is_readable(self._fd)
            with self._reading:
                data = os.read(self._fd, _READ_BYTES)
                if data:
                    self._log.append(data)
                else:
                    self._ended = True
                    os.close(self._fd)
            self._free -= len(data)
            if self._free < 0:
                pause.wait(0.005)

    def catch_up(self, timeout_s: float) -> None:
        """Wait until all that was printed so far is in the log, but not longer than that."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            with self._reading:
                if self._ended or _unread_bytes(self._fd) == 0:
                    return
            time.sleep(0.001)


def is_readable(fd: int, timeout_s: float | None = None) -> bool:
    """Wait until there is something to read, or the end; select() cannot do it for descriptors over 1023."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(None if timeout_s is None else timeout_s * 1000))


def _unread_bytes(fd: int) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count[0]
