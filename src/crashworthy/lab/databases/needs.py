"""Which databases a service wants."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, order=True)
class PostgresAccess:
    """A role and a database that the service uses."""

    role: str
    database: str


@dataclass(frozen=True)
class DatabaseNeeds:
    """The servers to start.

    `redirects` are the addresses ("host:port") that the source names itself, by the server that takes their
    place: those connections are turned by the sensor.
    """

    postgresql: bool = False
    accesses: tuple[PostgresAccess, ...] = ()
    redis: bool = False
    postgresql_redirects: tuple[str, ...] = ()
    redis_redirects: tuple[str, ...] = ()
