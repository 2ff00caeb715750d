"""The variables with the addresses of the run's own servers in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crashworthy.lab.databases.needs import Address
from crashworthy.lab.environment.database_urls import (
    PASSWORD,
    new_postgres_url,
    new_sqlite_url,
    postgres_url,
    redis_url,
    sqlite_path,
    sqlite_url,
)
from crashworthy.lab.environment.decision import Action, Decision, Origin, prefix_of
from crashworthy.lab.environment.generate import SLUG
from crashworthy.lab.environment.purpose import SQLITE_SCHEMES, Purpose, host_and_port, scheme_of, words_of
from crashworthy.lab.environment.servers import part_accesses, wants_postgresql
from crashworthy.lab.environment.variables import VariablePlan

_MAIL_PORT = 587
_HTTP_PORT = 80
_HIDDEN = frozenset({Purpose.SECRET, Purpose.DATABASE_PASSWORD, Purpose.REDIS_PASSWORD})


class StandIn(Protocol):
    """What the stand-in server gives out (crashworthy.lab.standin.server.StandIns)."""

    def url_for(self, url: str | None, variable: str, *, sensed: bool) -> str: ...  # noqa: D102

    def host_for(self, host: str | None, port: int, variable: str, *, sensed: bool) -> tuple[str, int]: ...  # noqa: D102


@dataclass(frozen=True)
class ServiceVariables:
    """`values` are set for the service; `lines` say for people where each is from, with secrets hidden.

    `credentials` are secrets by the variable's name, also those that the source's own defaults set: a client
    that is allowed to know them may use them.
    """

    values: dict[str, str]
    lines: tuple[str, ...]
    credentials: dict[str, str]


def fill(
    plan: VariablePlan,
    *,
    stand_in: StandIn,
    data_folder: Path,
    postgresql: Address | None = None,
    redis: Address | None = None,
    sensed: bool = True,
) -> ServiceVariables:
    """Fill the plan in. Folders that variables name are made below `data_folder`.

    `sensed` says whether the service runs with the sensor (see `crashworthy.lab.standin.names`).
    """
    filler = _Filler(plan, stand_in, data_folder, postgresql, redis, sensed=sensed)
    values: dict[str, str] = {}
    credentials: dict[str, str] = {}
    lines: list[str] = []
    for decision in plan.decisions:
        value = filler.value(decision)
        if value is not None:
            values[decision.name] = value
        seen = decision.value if value is None else value
        if decision.purpose is Purpose.SECRET and seen:
            credentials[decision.name] = seen
        lines.append(_line(decision, value))
    if postgresql is not None:
        for name, value in filler.libpq().items():
            values.setdefault(name, value)
    return ServiceVariables(values, tuple(lines), credentials)


class _Filler:
    def __init__(
        self,
        plan: VariablePlan,
        stand_in: StandIn,
        data_folder: Path,
        postgresql: Address | None,
        redis: Address | None,
        *,
        sensed: bool,
    ) -> None:
        self._plan = plan
        self._sensed = sensed
        self._stand_in = stand_in
        self._folder = data_folder
        self._postgresql = postgresql
        self._redis = redis
        self._parts = part_accesses(plan.decisions, plan.facts)

    def value(self, decision: Decision) -> str | None:
        """The variable's value, None where it is not set."""
        if decision.action in (Action.USE, Action.GENERATE):
            return decision.value
        return self._own(decision) if decision.action is Action.REPLACE else None

    def libpq(self) -> Mapping[str, str]:
        """Where clients of PostgreSQL go that name no server: not to one of this machine."""
        assert self._postgresql is not None
        access = self._plan.needs.accesses[0]
        return {
            "PGHOST": self._postgresql.host,
            "PGPORT": str(self._postgresql.port),
            "PGUSER": access.role,
            "PGPASSWORD": PASSWORD,
            "PGDATABASE": access.database,
        }

    def _own(self, decision: Decision) -> str | None:
        match decision.purpose:
            case Purpose.HTTP_URL:
                return self._stand_in.url_for(decision.value, decision.name, sensed=self._sensed)
            case Purpose.PEER_HOST | Purpose.MAIL_HOST:
                return self._peer(decision)[0]
            case Purpose.PEER_PORT | Purpose.MAIL_PORT:
                return str(self._peer(decision)[1])
            case Purpose.FILE:
                return str(self._file(decision.value, decision.name))
            case Purpose.FOLDER:
                folder = self._file(decision.value, decision.name)
                folder.mkdir(parents=True, exist_ok=True)
                return str(folder)
            case _:
                return self._database(decision)

    def _database(self, decision: Decision) -> str | None:
        pg, redis = self._postgresql, self._redis
        access = self._parts.get(prefix_of(decision.name))
        match decision.purpose:
            case Purpose.DATABASE_URL:
                return self._database_url(decision)
            case Purpose.DATABASE_HOST:
                return pg.host if pg else None
            case Purpose.DATABASE_PORT:
                return str(pg.port) if pg else None
            case Purpose.DATABASE_USER:
                return access.role if access else None
            case Purpose.DATABASE_NAME:
                return access.database if access else None
            case Purpose.REDIS_URL:
                return redis_url(decision.value or "redis://localhost/0", redis) if redis else None
            case Purpose.REDIS_HOST:
                return redis.host if redis else None
            case Purpose.REDIS_PORT:
                return str(redis.port) if redis else None
            case _:
                return ""  # our Redis knows no passwords

    def _database_url(self, decision: Decision) -> str | None:
        url, facts, text = decision.value, self._plan.facts, self._plan.text
        if url and scheme_of(url) in SQLITE_SCHEMES:
            return sqlite_url(url, self._file(sqlite_path(url), decision.name))
        if wants_postgresql(decision, facts) and self._postgresql is not None:
            return postgres_url(url or new_postgres_url(facts, text), self._postgresql)
        return new_sqlite_url(facts, text, self._file(None, decision.name))

    def _peer(self, decision: Decision) -> tuple[str, int]:
        """Host and port for a dependency that is named by two variables, of which `decision` is one."""
        same = [each for each in self._plan.decisions if prefix_of(each.name) == prefix_of(decision.name)]
        hosts = [each for each in same if each.purpose in (Purpose.PEER_HOST, Purpose.MAIL_HOST)]
        ports = [each.value for each in same if each.purpose in (Purpose.PEER_PORT, Purpose.MAIL_PORT) and each.value]
        is_mail = decision.purpose in (Purpose.MAIL_HOST, Purpose.MAIL_PORT)
        port = int(ports[0]) if ports and ports[0].isdigit() else _MAIL_PORT if is_mail else _HTTP_PORT
        if not hosts:
            return "", port  # the port of an address that the source has itself
        host = hosts[0].value
        if host and "://" in host:
            host, named = host_and_port(host)
            port = named or port
        return self._stand_in.host_for(host, port, hosts[0].name, sensed=self._sensed)

    def _file(self, path: str | None, name: str) -> Path:
        """A place below the run's folder for a file, with the name that it had."""
        self._folder.mkdir(parents=True, exist_ok=True)
        known = Path(path).name if path else ""
        if known:
            return self._folder / known
        words = words_of(name)
        stem = "-".join(words).lower() or SLUG
        is_database = {"DB", "DATABASE", "SQLITE", "URL", "URI"} & set(words)
        return self._folder / (f"{re.sub(r'-(url|uri|path|file)$', '', stem)}.db" if is_database else stem)


def _line(decision: Decision, value: str | None) -> str:
    """What people are told of one variable."""
    name, origin = decision.name, decision.origin
    match decision.action:
        case Action.USE:
            told = f"from {origin}"
        case Action.LEAVE:
            told = str(Action.LEAVE)
        case Action.UNSET:
            told = str(Action.UNSET)
        case Action.GENERATE:
            told = "generated"
        case Action.REPLACE:
            was = "generated" if origin is Origin.NOWHERE else f"{origin} is replaced"
            told = f"{was}: {value}" if decision.purpose not in _HIDDEN else was
    if decision.action in (Action.USE, Action.GENERATE) and value is not None and decision.purpose not in _HIDDEN:
        told += f": {value}"
    return f"{name} ({decision.purpose}): {told}{f' - {decision.note}' if decision.note else ''}"
