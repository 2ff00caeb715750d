"""How to start a service, and what it is given: the inputs of `open_testbed`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from crashworthy.core.history import SensorEvent
from crashworthy.core.scenario import DependencyFault
from crashworthy.lab.testbed import Capability, OutboundCall

DEFAULT_START_TIMEOUT_S = 40.0
DEFAULT_MEMORY_LIMIT = 2 * 1024**3


class StartKind(StrEnum):
    """What a start plan's words mean."""

    SCRIPT = "script"
    """A Python file and its arguments: `python FILE ARGS`."""
    MODULE = "module"
    """A Python module and its arguments: `python -m MODULE ARGS`."""
    PROGRAM = "program"
    """A command that a Python package installs (uvicorn, gunicorn, flask, ...) and its arguments."""
    OBJECT = "object"
    """An application object, `module:attribute`; crashworthy chooses the server."""
    FACTORY = "factory"
    """A callable that returns the application, `module:callable`; crashworthy chooses the server."""
    CALL = "call"
    """A function that serves, `module:callable`, as a project's scripts name it."""
    COMMAND = "command"
    """Any other program, in any language. It is told its port by PORT and `{port}`."""


@dataclass(frozen=True)
class StartPlan:
    """One way to start a service.

    `words` are the words after `python`, `python -m` or the command itself; they may hold `{port}`.
    `target` ("module:name") is set for objects, factories and calls.
    `folder` is where it runs and where imports start from, relative to the service's root. `origin` names the
    place that declares it, for people. `before` are plans that run to their end first (migrations).
    `environment` are variables that the declaration sets in front of the command and that a framework reads
    to find the application; `declared_environment` are all others, examples that nothing passes on unseen.
    """

    kind: StartKind
    words: tuple[str, ...] = ()
    framework: str = "unknown"
    target: str = ""
    folder: str = "."
    origin: str = ""
    before: tuple[StartPlan, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    declared_environment: tuple[tuple[str, str], ...] = ()

    @property
    def is_python(self) -> bool:
        """Whether the launcher can run it inside the service's own interpreter."""
        return self.kind is not StartKind.COMMAND

    @property
    def command(self) -> str:
        """The command as a person would type it."""
        match self.kind:
            case StartKind.SCRIPT:
                return " ".join(("python", *self.words))
            case StartKind.MODULE:
                return " ".join(("python", "-m", *self.words))
            case StartKind.OBJECT | StartKind.FACTORY:
                return f"{self.target} ({self.framework} {self.kind})"
            case StartKind.CALL:
                return f"{self.target}()"
            case _:
                return " ".join(self.words)

    def with_folder(self, folder: str) -> StartPlan:
        """The same plan, run in another folder."""
        return replace(self, folder=folder)


class ResettableState(Protocol):
    """State outside the service's files, such as a database: remembered once, put back before each copy.

    Both are called while nothing of the service holds a connection. `remember` may be called again, and then
    replaces what was remembered.
    """

    def remember(self) -> None:
        """Take the present state as the one to go back to."""

    def reset(self) -> None:
        """Go back to the remembered state."""


@runtime_checkable
class StateInFiles(Protocol):
    """A ResettableState that is nothing but the files below a folder."""

    @property
    def folder(self) -> Path: ...  # noqa: D102


class EventSource(Protocol):
    """Where sensor events arrive (crashworthy.lab.sensor.receiver.Receiver)."""

    def drain(self, settle_s: float = 0.0) -> Sequence[SensorEvent]:
        """Events since the last drain; `settle_s` lets late ones arrive first."""

    def capabilities(self) -> frozenset[Capability]:
        """What the self-tests of the present copy's processes found to work."""

    def late_imports(self) -> Sequence[str]:
        """Library modules that forked copies so far have imported only as they served."""

    def forget(self) -> None:
        """Drop what has arrived: another copy begins."""


class StandIn(Protocol):
    """The server that plays the outbound dependencies."""

    def faults(self, faults: Sequence[DependencyFault]) -> AbstractContextManager[None]:
        """Behave as told until left."""

    def calls(self) -> Sequence[OutboundCall]:
        """What was received since `clear`, oldest first."""

    def clear(self) -> None:
        """Forget the calls: another copy begins."""

    def hosts(self) -> Sequence[str]:
        """Names of the dependencies known so far."""


@dataclass(frozen=True)
class ServicePlan:
    """Everything a testbed needs.

    `root` is the service's copy, where it runs; its files are put back before each copy, as are the files of
    `state_folders` (a private /tmp or home). `starts` are tried in order. `environment` is all the service
    gets, apart from PORT and crashworthy's marks; it holds the sensor's variables. `python` is the service's
    interpreter (None for a service in another language). `memory_limit` is in bytes for all processes of the
    service together.
    """

    root: Path
    starts: tuple[StartPlan, ...]
    run_id: str
    python: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    states: Sequence[ResettableState] = ()
    state_folders: Sequence[Path] = ()
    sensor: EventSource | None = None
    stand_in: StandIn | None = None
    dependencies: tuple[str, ...] = ()
    start_timeout_s: float = DEFAULT_START_TIMEOUT_S
    memory_limit: int = DEFAULT_MEMORY_LIMIT
    may_fork: bool = True
