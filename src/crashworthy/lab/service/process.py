"""A supervised process: output read and bounded, limits set, ended with everything it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from crashworthy.lab.service.leftovers import RUN_MARK, end_all, marked, relatives
from crashworthy.lab.service.output import OutputLog, OutputReader, is_readable

SERVICE_MARK = "CRASHWORTHY_SERVICE"
_OPEN_FILES = 4096
_LARGEST_FILE = 4 * 1024**3
_MEMORY_LOOK_S = 0.5
_CATCH_UP_S = 0.2
_CLOSED_PAUSE_S = 0.01
_QUIET_AFTER_TRACEBACK_S = 5.0


class Channel:
    """The engine's end of the control connection to the launcher."""

    def __init__(self) -> None:
        self._socket, self.other_end = socket.socketpair()
        self._unread = b""
        self._closed = False

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; dropped when the other side is gone."""
        with contextlib.suppress(OSError):
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, timeout_s: float) -> dict[str, Any] | None:
        """The next message, waiting so long for it; None when there is none."""
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._unread:
            left = max(0.0, deadline - time.monotonic())
            if self._closed:
                time.sleep(min(left, _CLOSED_PAUSE_S))
                return None
            if not is_readable(self._socket.fileno(), left):
                return None
            try:
                part = self._socket.recv(65536)
            except OSError:
                part = b""
            self._closed = not part
            self._unread += part
        line, self._unread = self._unread.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self) -> None:
        """Close both ends."""
        self._socket.close()
        self.other_end.close()


class ServiceProcess:
    """A program of the service, in a session of its own, and all that it starts.

    `order` is for the launcher, which finds its end of the control channel as its last argument. `overran` is
    set when the processes together took more than `memory_limit` bytes, and were killed for it.
    """

    def __init__(
        self,
        words: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        run_id: str,
        memory_limit: int,
        order: Mapping[str, Any] | None = None,
    ) -> None:
        self._mark = uuid.uuid4().hex
        self.log = OutputLog()
        self.channel = Channel() if order is not None else None
        self.overran = False
        read_end, write_end = os.pipe()
        pass_fds = (self.channel.other_end.fileno(),) if self.channel else ()
        try:
            self._process = subprocess.Popen(
                [*words, *map(str, pass_fds)],
                cwd=folder,
                env={**environment, RUN_MARK: run_id, SERVICE_MARK: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                start_new_session=True,
                pass_fds=pass_fds,
            )
        except OSError:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        self._limit_resources()
        self._reader = OutputReader(read_end, self.log)
        self._reader.start()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch_memory, args=(memory_limit,), daemon=True)
        self._watcher.start()
        if self.channel and order is not None:
            self.channel.other_end.close()
            self.channel.send(order)

    @property
    def pid(self) -> int:
        """Process, process group and session id."""
        return self._process.pid

    def begin_copy(self) -> None:
        """What is printed and used from now on belongs to another copy."""
        self.log.mark()
        self.overran = False

    def output(self) -> str:
        """What it printed: the first and last 64 KiB."""
        self._reader.catch_up(_CATCH_UP_S)
        return self.log.text()

    def wait(self, timeout_s: float) -> int | None:
        """The exit status, or None when it still runs after that time."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def has_given_up(self) -> bool:
        """Whether it printed a traceback and nothing since: a supervisor that waits for its workers' file to change."""
        return self.log.quiet_s > _QUIET_AFTER_TRACEBACK_S and "Traceback (most recent call last)" in self.log.text()

    def signal_group(self, number: int) -> None:
        """Send a signal to the process and those of its group."""
        self.signal_group_of(self.pid, number)

    def signal_group_of(self, pid: int, number: int) -> None:
        """Send a signal to the group that a forked copy leads."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)

    def end_copy(self, pid: int, others: Collection[int]) -> None:
        """End a forked copy and everything that it started, but not this process nor those that were there before."""
        others = frozenset({*others, self.pid}) - {pid}
        end_all(lambda: self._marked(others) | relatives(pid, others))

    def end(self) -> None:
        """End the process and everything that it started; its last output is read."""
        if self._done.is_set():
            return
        self._done.set()
        end_all(lambda: self._marked() | relatives(self.pid))
        self.signal_group(signal.SIGKILL)  # all that can be done where there is no /proc
        self._process.wait()
        self._watcher.join()
        # Whoever still holds the other end (a process out of reach) must not hold us.
        self._reader.join(timeout=1.0)
        if self.channel:
            self.channel.close()

    def _marked(self, besides: Collection[int] = ()) -> set[int]:
        return set(marked(SERVICE_MARK, self._mark, besides))

    def _limit_resources(self) -> None:
        """From outside, because code between fork and exec is unsafe in a process with threads."""
        try:
            import resource

            limits = {
                resource.RLIMIT_CORE: 0,
                resource.RLIMIT_NOFILE: _OPEN_FILES,
                resource.RLIMIT_FSIZE: _LARGEST_FILE,
            }
            for kind, limit in limits.items():
                _, hard = resource.prlimit(self.pid, kind)
                if hard == resource.RLIM_INFINITY or limit <= hard:
                    resource.prlimit(self.pid, kind, (limit, hard))
        except (AttributeError, OSError):  # not Linux, or it ended already
            return

    def _watch_memory(self, limit: int) -> None:
        while not self._done.wait(_MEMORY_LOOK_S):
            sizes = _resident_bytes(self.pid)
            if sum(sizes.values()) > limit:
                self.overran = True
                # A zygote is spared for the next copies, unless it is the one that grew.
                spared = {self.pid} if sizes.get(self.pid, 0) < limit / 2 else set[int]()
                end_all(lambda spared=spared: (self._marked() | relatives(self.pid)) - spared)  # type: ignore[misc]


def _resident_bytes(pid: int) -> dict[int, int]:
    """Of the process and its descendants."""
    sizes: dict[int, int] = {}
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                sizes[one.pid] = one.memory_info().rss
    return sizes
