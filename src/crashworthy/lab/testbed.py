"""What experiments and the driver may ask of a service under test, however it is started."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from crashworthy.core.history import SensorEvent
from crashworthy.core.scenario import DependencyFault


class Capability(StrEnum):
    """What the sensor's self-test found to work on this service."""

    SENSOR = "sensor"
    FORK = "fork"
    REQUESTS = "requests"
    SQL = "sql"
    BARRIER = "barrier"
    SLEEP = "sleep"
    LINE = "line"
    FAULTS = "faults"
    CLOCK = "clock"
    OUTBOUND = "outbound"
    EXCEPTIONS = "exceptions"
    COVERAGE = "coverage"


class OutboundCall(Protocol):
    """A request that a stand-in received; `at` is in seconds of time.monotonic()."""

    @property
    def at(self) -> float: ...  # noqa: D102
    @property
    def host(self) -> str: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...  # noqa: D102
    @property
    def body(self) -> bytes: ...  # noqa: D102


class Usage(NamedTuple):
    """What the processes of a copy have used: seconds of CPU since they began, and bytes of memory at present."""

    cpu_s: float
    resident: int


class StoredRow(NamedTuple):
    """A row as the database gives it: the file or server, the table, and the values by column, as text."""

    database: str
    table: str
    values: Mapping[str, str]


class KeptState(Protocol):
    """A state that copies can begin from; see `Testbed.keep`."""

    def forget(self) -> None:
        """Nothing will begin from it any more."""


class Instance(Protocol):
    """One running copy of the service, begun from the fresh state."""

    @property
    def base_url(self) -> str:
        """Such as http://127.0.0.1:40123, without a slash at the end."""

    @property
    def ready_s(self) -> float:
        """Seconds from the wish for a copy to the first accepted connection."""

    def alive(self) -> bool:
        """Whether the service's process still runs."""

    def drain(self, settle_s: float = 0.0) -> tuple[SensorEvent, ...]:
        """Sensor events since the last drain, by time; `at` is in seconds of time.monotonic()."""

    def usage(self) -> Usage:
        """What its processes have used; nothing once they have ended."""

    def output(self) -> str:
        """The end of what the service printed (bounded)."""

    def signal(self, number: int) -> None:
        """Send a signal to the service's processes."""

    def wait(self, timeout_s: float) -> int | None:
        """Wait for the process to end; its exit status, or None when it still runs."""


class Testbed(Protocol):
    """A service that can be had fresh, again and again. One copy at a time."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What works on this service."""

    @property
    def dependencies(self) -> tuple[str, ...]:
        """Hosts of outbound dependencies seen so far (from the source or from calls)."""

    @property
    def workers(self) -> int:
        """Processes that the service declares to serve side by side, each of which loads the application by itself."""

    @property
    def declared_command(self) -> str:
        """The command that the service itself declares for its server; empty where crashworthy chose one."""

    @property
    def outside(self) -> Path:
        """A folder that the service can reach and has no business in: canaries are laid there."""

    def fresh(self, state: KeptState | None = None) -> AbstractContextManager[Instance]:
        """A copy in the state right after the start, or in a kept one; ended and cleaned up on leaving."""

    def keep(self) -> KeptState | None:
        """The state of the present copy, as far as it lies in files; None where a database server holds some of it.

        What the copy has in memory is not kept: compare what copies do from either state before relying on it.
        """

    def again(self) -> AbstractContextManager[Instance]:
        """Another process of the service on the state that the present copy works on, or has left behind.

        Nothing is put back. To be used inside `fresh`; StartError when the service does not start on that state.
        """

    def start_together(self, count: int, *, at_once: bool = True) -> tuple[str | None, ...]:
        """Start so many processes on the state before the first start, at once or one after the other, and end them.

        The output of each that ended by itself before it served, None for those that serve. Not inside `fresh`.
        """

    def break_start(self, write: int) -> bool:
        """Start on the state before the first start, and kill the process before that write of its own, from 1.

        Whether it was killed: False where it serves before, or ends by itself. What is left of the start is the present
        state then, on which `again` starts.
        """

    def faults(self, faults: Sequence[DependencyFault]) -> AbstractContextManager[None]:
        """Let the stand-ins behave as told, and normally again on leaving."""

    def outbound_calls(self) -> tuple[OutboundCall, ...]:
        """Requests that stand-ins received since the present copy was begun."""

    def files_holding(self, texts: Sequence[str], *, databases: bool = True) -> Iterable[tuple[str, str]]:
        """Files that the present copy has written or was given and that hold one of these texts: path and text.

        Without `databases`, files of SQLite are left out: they hold what was deleted, too (see `rows`).
        """

    def rows(self) -> Iterable[StoredRow]:
        """Rows of the databases that the present copy has written or was given; not what was deleted from them."""
