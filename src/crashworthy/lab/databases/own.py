"""All databases of one run: started together, reset together, gone together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from crashworthy.core.events import Emit, Note
from crashworthy.lab.databases.files import FolderState
from crashworthy.lab.databases.needs import Address, DatabaseNeeds
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.lab.databases.redis import RedisServer, find_redis
from crashworthy.lab.databases.scripts import SqlScript
from crashworthy.lab.service.plan import ResettableState

if TYPE_CHECKING:
    from crashworthy.lab.databases.postgresql import PostgresServer


def check_programs(needs: DatabaseNeeds) -> None:
    """Raise CrashworthyError, with the remedy, when a server that the service needs is not installed."""
    if needs.postgresql:
        find_postgresql()
    if needs.redis:
        find_redis()


class OwnDatabases:
    """The servers that `needs` names, and the folder for the service's own database files.

    `folder` is the run's, named after the run where `run_id` is not given: servers keep their logs below it, and
    `data_folder` is the service's.
    """

    def __init__(self, needs: DatabaseNeeds, folder: Path, *, emit: Emit, run_id: str | None = None) -> None:
        run_id = run_id or folder.resolve().name
        self._needs = needs
        self._emit = emit
        self.data_folder = folder / "data"
        self._files = FolderState(self.data_folder)
        self._postgresql = _postgresql(folder, run_id) if needs.postgresql else None
        self._redis = RedisServer(folder / "redis", run_id=run_id) if needs.redis else None
        self._running = ExitStack()

    def start(self) -> None:
        """Start the servers, make the roles and databases, and remember them empty."""
        with ExitStack() as starting:
            if self._postgresql is not None:
                starting.callback(self._postgresql.stop)
                self._postgresql.start()
                self._postgresql.ensure(self._needs.accesses)
                self._emit(Note(text=f"PostgreSQL of this run listens on {self._postgresql.address}"))
            if self._redis is not None:
                starting.callback(self._redis.stop)
                self._redis.start()
                self._emit(Note(text=f"Redis of this run listens on {self._redis.address}"))
            self._running = starting.pop_all()
        self.remember()

    def stop(self) -> None:
        """End the servers and remove their data. May be called twice."""
        self._running.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def postgresql(self) -> Address | None:
        """Where PostgreSQL listens, if the service needs it."""
        return self._postgresql.address if self._postgresql else None

    @property
    def redis(self) -> Address | None:
        """Where Redis listens, if the service needs it."""
        return self._redis.address if self._redis else None

    @property
    def allowed(self) -> tuple[str, ...]:
        """Addresses ("host:port") that the service may connect to."""
        return tuple(str(address) for address in (self.postgresql, self.redis) if address is not None)

    @property
    def redirects(self) -> dict[str, str]:
        """Addresses that the source names ("host:port", "*:port" for any host) and what takes their place."""
        turned: dict[str, str] = {}
        for address, named, usual in (
            (self.postgresql, self._needs.postgresql_redirects, "*:5432"),
            (self.redis, self._needs.redis_redirects, "*:6379"),
        ):
            if address is not None:
                turned |= dict.fromkeys((usual, *named), str(address))
        return turned

    @property
    def states(self) -> tuple[ResettableState, ...]:
        """What a trial must begin with anew."""
        servers = (self._postgresql, self._redis)
        return (self._files, *(server for server in servers if server is not None))

    def remember(self) -> None:
        """Remember the present state of everything; the service should not run. Connections are cut."""
        for state in self.states:
            state.remember()

    def reset(self) -> None:
        """Bring everything back to the remembered state; the service should not run. Connections are cut."""
        for state in self.states:
            state.reset()

    def load(self, scripts: Sequence[SqlScript], databases: Iterable[str] = ()) -> None:
        """Load the scripts into these PostgreSQL databases, else into those that the service is known to use."""
        if self._postgresql is None or not scripts:
            return
        known = (access.database for access in self._needs.accesses)
        for database in dict.fromkeys(databases or known):
            for script in scripts:
                errors = self._postgresql.load(script.statements(), database)
                told = f"; {len(errors)} of its statements failed: {errors[0]}" if errors else ""
                text = f"loaded {script.path.name} into the database {database} ({script.origin}){told}"
                self._emit(Note(text=text, level="warning" if errors else "info"))

    def repair(self) -> tuple[str, ...]:
        """After a failed start: make the roles and databases that the service asked PostgreSQL for in vain.

        Returns what was made, for the report; when that is something, starting again is worth a try.
        """
        return self._postgresql.repair() if self._postgresql else ()


def _postgresql(folder: Path, run_id: str) -> PostgresServer:
    # Its driver takes longer to import than most services take to start, which have no use for it.
    from crashworthy.lab.databases.postgresql import PostgresServer

    return PostgresServer(folder / "postgresql", run_id=run_id)
