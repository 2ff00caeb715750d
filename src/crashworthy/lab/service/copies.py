"""Running copies of a service: forked from a zygote, or started anew."""

from __future__ import annotations

import contextlib
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import psutil

from crashworthy.core.history import SensorEvent
from crashworthy.lab.service.launch import await_message
from crashworthy.lab.service.leftovers import all_pids
from crashworthy.lab.service.process import ServiceProcess
from crashworthy.lab.service.readiness import LOOPBACK
from crashworthy.lab.testbed import Usage

_FORK_TIMEOUT_S = 10.0

Drain = Callable[[float], tuple[SensorEvent, ...]]


class RunningCopy(ABC):
    """One running copy; implements crashworthy.lab.testbed.Instance."""

    def __init__(self, port: int, process: ServiceProcess, drain: Drain) -> None:
        self.port = port
        self.ready_s = 0.0
        self._process = process
        self._drain = drain

    @property
    def base_url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    def alive(self) -> bool:
        """Whether its process still runs."""
        return self.wait(0.0) is None

    def drain(self, settle_s: float = 0.0) -> tuple[SensorEvent, ...]:
        """Sensor events since the last drain; `settle_s` lets late ones arrive first."""
        return self._drain(settle_s)

    def output(self) -> str:
        """What it printed: the first and last 64 KiB."""
        return self._process.output()

    def usage(self) -> Usage:
        """CPU and memory of its processes together."""
        cpu_s, resident = 0.0, 0
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(self.pid)
            for process in (first, *first.children(recursive=True)):
                with contextlib.suppress(psutil.Error), process.oneshot():
                    times = process.cpu_times()
                    # Of children that have ended, too.
                    cpu_s += sum(times[:4])
                    resident += process.memory_info().rss
        return Usage(cpu_s, resident)

    def has_given_up(self) -> bool:
        """Whether it printed a traceback and nothing since."""
        return self._process.has_given_up()

    @property
    def overran(self) -> bool:
        """Whether it was ended for taking too much memory."""
        return self._process.overran

    @property
    @abstractmethod
    def pid(self) -> int:
        """Its first process, which leads a process group and a session."""

    @abstractmethod
    def signal(self, number: int) -> None:
        """Send a signal to its process group."""

    @abstractmethod
    def wait(self, timeout_s: float) -> int | None:
        """Its exit status (negative for a signal), or None when it still runs after that time."""

    @abstractmethod
    def end(self) -> None:
        """End it and all that it started."""


class StartedCopy(RunningCopy):
    """A process started for this copy alone."""

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def signal(self, number: int) -> None:
        """Send a signal to its process group."""
        self._process.signal_group(number)

    def wait(self, timeout_s: float) -> int | None:
        """Its exit status, or None."""
        return self._process.wait(timeout_s)

    def end(self) -> None:
        """End it and all that it started."""
        self._process.end()


class ForkedCopy(RunningCopy):
    """A child of a zygote, which tells when and how it ended. RuntimeError when the zygote is gone.

    The zygote first imports the modules named, if that leaves it fit to be forked.
    """

    def __init__(self, port: int, zygote: ServiceProcess, drain: Drain, imports: Sequence[str] = ()) -> None:
        super().__init__(port, zygote, drain)
        self._lock = threading.Lock()
        self._status: int | None = None
        assert zygote.channel is not None
        self._channel = zygote.channel
        self._before = all_pids()
        self._channel.send({"port": port, "imports": list(imports)})
        message = await_message(zygote, "forked", _FORK_TIMEOUT_S)
        if message is None:
            raise RuntimeError("the zygote does not fork any more")
        self._pid: int = message["pid"]

    @property
    def pid(self) -> int:
        """The forked process."""
        return self._pid

    def signal(self, number: int) -> None:
        """Send a signal to its process group."""
        if self.alive():
            self._process.signal_group_of(self._pid, number)

    def wait(self, timeout_s: float) -> int | None:
        """Its exit status, or None."""
        deadline = time.monotonic() + timeout_s
        with self._lock:
            while self._status is None:
                message = self._channel.receive(max(0.0, deadline - time.monotonic()))
                if message is not None and message["event"] == "ended" and message["pid"] == self._pid:
                    self._status = message["status"]
                elif self._process.wait(0) is not None:
                    self._status = -9  # killed together with its zygote
                elif time.monotonic() >= deadline:
                    return None
            return self._status

    def end(self) -> None:
        """End it and all that it started; the zygote lives on."""
        self._process.end_copy(self._pid, self._before)
        self.wait(_FORK_TIMEOUT_S)
