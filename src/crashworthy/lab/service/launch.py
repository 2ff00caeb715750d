"""Turns a start plan into a running process, through the launcher where the service is Python."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.service.failure import StartError, start_error
from crashworthy.lab.service.plan import ServicePlan, StartPlan
from crashworthy.lab.service.process import ServiceProcess
from crashworthy.lab.service.readiness import listening_ports

_LOOK_S = 0.25
_LOOK_AT_PORTS_S = 1.0
_LOOKS_ELSEWHERE = 3
# A port of another purpose may be open before the service gets to its main one.
_LONGEST_BEFORE_MOMENT_S = 2.0
_LAUNCHER = Path(__file__).parent / "launcher" / "start.py"


def launch(plan: ServicePlan, start: StartPlan, mode: str, port: int, libraries: Sequence[str] = ()) -> ServiceProcess:
    """Start it; `mode` is one of the launcher's (crashworthy_launcher.moment.Moment), or "warm" with `libraries`.

    A command in another language has no modes: it is always run as declared.
    """
    folder = plan.root / start.folder
    environment = _environment(plan, start, port)
    if not start.is_python:
        words = [word.replace("{port}", str(port)) for word in start.words]
        order: dict[str, Any] | None = None
    else:
        if plan.python is None:
            raise CrashworthyError(
                f"`{start.command}` needs a Python interpreter, and none was found for this service",
                remedy="pass one with --python",
            )
        words = [str(plan.python), str(_LAUNCHER)]
        order = {
            "mode": mode,
            "kind": start.kind.value,
            "words": start.words,
            "target": start.target,
            "framework": start.framework,
            "port": port,
            "libraries": list(libraries),
        }
    try:
        return ServiceProcess(words, folder, environment, plan.run_id, plan.memory_limit, order)
    except OSError as error:
        raise StartError(
            f"the service does not start: `{start.command}`: {error.strerror}: {error.filename or words[0]}",
            remedy="install that program, or name another [service] command",
        ) from error


def _environment(plan: ServicePlan, start: StartPlan, port: int) -> dict[str, str]:
    environment = {**plan.environment, **dict(start.environment), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    # Both matter: the sensor is found by one, the service's own modules by the other.
    paths = [plan.environment.get("PYTHONPATH"), dict(start.environment).get("PYTHONPATH")]
    if paths[1] is not None:
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def run_to_end(plan: ServicePlan, start: StartPlan) -> StartError | None:
    """Run a plan that is no server, such as a migration; the error if it failed."""
    process = launch(plan, start, "run", 0)
    try:
        status = process.wait(plan.start_timeout_s)
    finally:
        process.end()
    if status == 0:
        return None
    what = f"did not end within {plan.start_timeout_s:.0f} s" if status is None else f"ended with status {status}"
    return start_error(start, process.output(), what)


class Startable(Protocol):
    """A process or forked copy that was to serve."""

    @property
    def overran(self) -> bool: ...  # noqa: D102
    @property
    def pid(self) -> int: ...  # noqa: D102
    def wait(self, timeout_s: float) -> int | None: ...  # noqa: D102
    def output(self) -> str: ...  # noqa: D102
    def has_given_up(self) -> bool: ...  # noqa: D102
    def end(self) -> None: ...  # noqa: D102


class StartWatch:
    """Asked again and again while a start is awaited: is there no more hope?

    There is none once it ended, printed a traceback and fell silent, or listens, but on another port.
    """

    def __init__(self, process: Startable, port: int) -> None:
        self._process = process
        self._port = port
        self._next_look = time.monotonic() + _LOOK_AT_PORTS_S
        self._elsewhere = 0

    def __call__(self, pause_s: float) -> bool:
        """Wait so long, then answer."""
        if self._process.wait(pause_s) is not None or self._process.has_given_up():
            return True
        if time.monotonic() > self._next_look:
            self._next_look += _LOOK_AT_PORTS_S
            ports = listening_ports(self._process.pid)
            self._elsewhere = self._elsewhere + 1 if ports and self._port not in ports else 0
        return self._elsewhere >= _LOOKS_ELSEWHERE


def failure_of(plan: ServicePlan, start: StartPlan, process: Startable, port: int) -> StartError:
    """Why what was started as a server does not serve. Ends it."""
    status = process.wait(0)
    others = listening_ports(process.pid) - {port} if status is None else set()
    waits_after_error = status is None and process.has_given_up()
    process.end()
    output = process.output()
    if process.overran:
        return start_error(start, output, f"took more than {plan.memory_limit >> 20} MiB of memory and was ended")
    if others:
        listed = ", ".join(str(other) for other in sorted(others))
        return StartError(
            f"the service listens on port {listed} and cannot be moved: `{start.command}` was told to use port {port} "
            "by the variable PORT",
            remedy="write {port} into [service] command where the port belongs, as in `node server.js --port {port}`",
        )
    if waits_after_error:
        return start_error(start, output, "waits after an error")
    if status is None:
        return start_error(start, output, f"accepts no connection within {plan.start_timeout_s:.0f} s")
    return start_error(start, output, f"ended with status {status}")


def await_message(process: ServiceProcess, event: str, timeout_s: float) -> dict[str, Any] | None:
    """The launcher's next message of this kind; None when the process ended or the time is out."""
    channel = process.channel
    deadline = time.monotonic() + timeout_s
    while channel is not None:
        message = channel.receive(min(_LOOK_S, max(0.0, deadline - time.monotonic())))
        if message is not None and message["event"] == event:
            return message
        if message is None and (process.wait(0) is not None or process.has_given_up() or time.monotonic() > deadline):
            return None
    return None


def await_moment(process: ServiceProcess, timeout_s: float) -> dict[str, Any] | None:
    """The zygote's message that it holds still; None when the process ended or the time is out.

    A server that the launcher has no hook for opens its port without a word; that is a message of its own.
    """
    deadline = time.monotonic() + timeout_s
    listening_since: float | None = None
    while time.monotonic() < deadline:
        message = await_message(process, "ready", _LOOK_S)
        if message is not None:
            return message
        if process.wait(0) is not None or process.has_given_up():
            return None
        if not listening_ports(process.pid):
            listening_since = None
        elif listening_since is None:
            listening_since = time.monotonic()
        elif time.monotonic() - listening_since > _LONGEST_BEFORE_MOMENT_S:
            return {"forkable": False, "why_not": "its server is not known to crashworthy"}
    return None
