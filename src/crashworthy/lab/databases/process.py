"""A database server as a child process: started, waited for, ended."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.service.leftovers import RUN_MARK

_READY_S = 30.0
_POLL_S = 0.005
_STOP_S = 2.0
_LOG_LINES = 12


@dataclass(frozen=True)
class Account:
    """The user that a server runs as; None where it is the present one."""

    uid: int | None = None
    gid: int | None = None


def unprivileged() -> Account:
    """The account "nobody" when the present user is root, whom PostgreSQL refuses; else the present one."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


class ServerProcess:
    """One server. Its output goes to `log`. It shares no session with crashworthy, so Ctrl-C does not reach it.

    `run_id` marks it for the watchdog, which ends what is left of a run; `keeps` are file descriptors that stay
    open in it.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        run_id: str = "",
        account: Account | None = None,
        keeps: Sequence[int] = (),
    ) -> None:
        self._name = name
        self._command = list(command)
        self._log = log
        self._account = account or Account()
        self._keeps = keeps
        self._run_id = run_id
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, ready: Callable[[], bool]) -> None:
        """Start and wait until `ready` says so."""
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=server_environment(self._run_id),
                start_new_session=True,
                pass_fds=self._keeps,
                user=self._account.uid,
                group=self._account.gid,
                extra_groups=None if self._account.uid is None else [],
            )
        until = time.monotonic() + _READY_S
        while not ready():
            if self._process.poll() is not None:
                raise self._failure(f"ended at its start with status {self._process.returncode}")
            if time.monotonic() > until:
                self.stop(signal.SIGKILL)
                raise self._failure(f"was not ready after {_READY_S:.0f} s")
            time.sleep(_POLL_S)

    def stop(self, number: int) -> None:
        """End the server with a signal, and by force when that takes over two seconds."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def children(self) -> frozenset[int]:
        """Process ids of the server's own children, where the system tells them (Linux)."""
        pid = self._process.pid if self._process is not None else 0
        try:
            listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
        except OSError:
            return frozenset()
        return frozenset(int(child) for child in listed.split())

    def output(self) -> str:
        """What the server printed."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def _failure(self, what: str) -> CrashworthyError:
        lines = self.output().splitlines()[-_LOG_LINES:]
        return CrashworthyError(f"The {self._name} server of this run {what}.", details="\n".join(lines))


def server_environment(run_id: str = "") -> dict[str, str]:
    """The environment of a server: nothing of the caller's, and the mark of the run."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", RUN_MARK: run_id}


def free_port() -> int:
    """A port of 127.0.0.1 that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
