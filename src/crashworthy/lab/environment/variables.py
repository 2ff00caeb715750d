"""The service's variables: planned from the source before anything runs, filled in once the servers run.

`plan_variables` decides; nothing is started for it, and it stops what cannot be tested safely. `VariablePlan.fill`
puts the addresses of the run's own servers in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from packaging.utils import canonicalize_name

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import DatabaseNeeds, PostgresAccess
from crashworthy.lab.environment.database_urls import (
    DEFAULT_NAME,
    postgres_access,
    sqlite_path,
)
from crashworthy.lab.environment.examples import is_placeholder, read_told
from crashworthy.lab.environment.generate import generate
from crashworthy.lab.environment.hardcoded import NamedServer, named_servers
from crashworthy.lab.environment.purpose import (
    LEADING_OUT,
    POSTGRESQL_SCHEMES,
    SQLITE_SCHEMES,
    Facts,
    Purpose,
    foreign_server,
    purpose_of,
    scheme_of,
    words_of,
)
from crashworthy.lab.environment.uses import Kind, kinds_of
from crashworthy.source.tree import EnvironmentRead, SourceTree


class Origin(StrEnum):
    """Where a variable's value is from."""

    GIVEN = "--env"
    CONFIGURED = "[service.env]"
    EXAMPLE = "the example file"
    DEFAULT = "the source's default"
    NOWHERE = "nowhere"


class Action(StrEnum):
    """What happens to a variable."""

    USE = "used"
    LEAVE = "left to the source's default"
    UNSET = "left unset"
    GENERATE = "generated"
    REPLACE = "replaced"


@dataclass(frozen=True)
class Decision:
    """What is decided for one variable. `value` is what is known or generated; REPLACE turns it into our own."""

    name: str
    purpose: Purpose
    origin: Origin
    action: Action
    value: str | None = None
    note: str = ""


@dataclass(frozen=True)
class VariablePlan:
    """What is decided, and which databases that needs.

    `unreplaceable` are files outside the copy that the source names itself: only the box keeps the service
    away from them, so that without a box the run must stop (`stop_unless_contained`).
    """

    decisions: tuple[Decision, ...]
    needs: DatabaseNeeds
    facts: Facts
    unreplaceable: tuple[NamedServer, ...] = ()
    notes: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    def stop_unless_contained(self, contained: bool) -> None:
        """Raise CrashworthyError when only a box would keep the service away from a file of the user's."""
        if self.unreplaceable and not contained:
            first = self.unreplaceable[0]
            raise CrashworthyError(
                f"{first.location}: the source opens the database file {first.file} by itself, and this system does "
                "not let crashworthy keep the service away from it.",
                remedy="Read the path from an environment variable, or run where user namespaces are allowed.",
            )


def plan_variables(
    tree: SourceTree,
    *,
    given: Mapping[str, str] | None = None,
    configured: Mapping[str, str] | None = None,
    seed: int = 0,
) -> VariablePlan:
    """Decide what becomes of each variable.

    `given` are those of --env, `configured` those of [service.env]. Raises CrashworthyError when the service
    needs a server that crashworthy has no own instance of.
    """
    given, configured = given or {}, configured or {}
    folders = list(dict.fromkeys([tree.root, *(tree.root / application.folder for application in tree.applications)]))
    told = read_told([folder for folder in folders if folder.is_dir()])
    facts = _facts(tree)
    kinds = kinds_of(tree.files, tree.environment)
    reads: dict[str, EnvironmentRead | None] = {}
    for read in tree.environment:
        before = reads.get(read.name)
        if before is None or (before.default is None and read.default is not None):
            reads[read.name] = read
    for name in (*configured, *given, *told.values, *sorted(told.names)):
        reads.setdefault(name, None)
    decisions = []
    required = {read.name for read in tree.environment if read.required}
    for name, known in reads.items():
        value, origin = _known(name, known, given, configured, told.values)
        usage = _Usage(kinds.get(name), required=name in required, read=known is not None)
        decisions.append(_decide(name, value, origin, facts, usage, seed))
    defaults = frozenset(read.default for read in tree.environment if read.default)
    servers = named_servers(tree, defaults)
    _stop_at_foreign(decisions, servers, tree, facts)
    notes = []
    if told.real_files:
        notes.append(f"only names were read from {', '.join(sorted(set(told.real_files)))}, no values")
    text = "\n".join(file.text for file in tree.files)
    return VariablePlan(
        decisions=tuple(decisions),
        needs=_needs(decisions, servers, tree, facts),
        facts=facts,
        unreplaceable=tuple(server for server in servers if server.kind == "sqlite"),
        notes=tuple(notes),
        text=text,
    )


def _facts(tree: SourceTree) -> Facts:
    modules = {name.lower().split(".")[0] for name in tree.imports}
    for line in tree.requirements:
        name = line.split(";")[0].split("[")[0]
        for mark in "<>=!~ @":
            name = name.split(mark)[0]
        modules.add(canonicalize_name(name))
    variables = {site.variable for site in tree.outbound if site.variable}
    return Facts(frozenset(modules), frozenset(variables))


def _known(
    name: str,
    read: EnvironmentRead | None,
    given: Mapping[str, str],
    configured: Mapping[str, str],
    example: Mapping[str, str],
) -> tuple[str | None, Origin]:
    if name in given:
        return given[name], Origin.GIVEN
    if name in configured:
        return configured[name], Origin.CONFIGURED
    if name in example and not is_placeholder(example[name]):
        return example[name], Origin.EXAMPLE
    if read is not None and read.default is not None:
        return read.default, Origin.DEFAULT
    return None, Origin.NOWHERE


@dataclass(frozen=True)
class _Usage:
    """How the source uses a variable; `read` is False for names that only files beside it hold."""

    kind: Kind | None
    required: bool
    read: bool


def _decide(
    name: str,
    value: str | None,
    origin: Origin,
    facts: Facts,
    usage: _Usage,
    seed: int,
) -> Decision:
    purpose = purpose_of(name, value, facts)

    def decided(action: Action, text: str | None = value, note: str = "") -> Decision:
        return Decision(name, purpose, origin, action, text, note)

    if _leads_out(purpose, value, facts):
        if value is None and purpose is Purpose.FOREIGN and not usage.required:
            return decided(Action.UNSET, note=f"crashworthy has no {foreign_server(name, None)}")
        if value is None and not usage.read and purpose in (Purpose.PEER_HOST, Purpose.PEER_PORT):
            return decided(Action.UNSET)
        # An empty default switches something off, but what the source calls is to be tried.
        wanted = purpose in (Purpose.DATABASE_URL, Purpose.DATABASE_HOST) or name in facts.outbound
        if value == "" and not (wanted and origin is Origin.DEFAULT):
            return decided(Action.LEAVE if origin is Origin.DEFAULT else Action.USE)
        return decided(Action.REPLACE)
    if value is not None:
        return decided(Action.LEAVE if origin is Origin.DEFAULT else Action.USE)
    if purpose in (Purpose.FILE, Purpose.FOLDER) and usage.required:
        return decided(Action.REPLACE)
    if purpose is Purpose.LISTEN and name == "PORT":
        return decided(Action.UNSET, note="the start sets it")
    if usage.required or purpose is Purpose.SECRET:
        return decided(Action.GENERATE, generate(name, purpose, usage.kind, seed))
    return decided(Action.UNSET)


def _leads_out(purpose: Purpose, value: str | None, facts: Facts) -> bool:
    """Whether the value must be our own: it names a server, or a file outside the service's folder."""
    if purpose is Purpose.DATABASE_URL and value and scheme_of(value) in SQLITE_SCHEMES:
        return (sqlite_path(value) or "").startswith("/")
    if purpose in (Purpose.FILE, Purpose.FOLDER):
        return value is not None and value.startswith("/")
    if purpose in (Purpose.DATABASE_HOST, Purpose.DATABASE_PORT):
        return facts.postgresql
    if purpose in (Purpose.DATABASE_USER, Purpose.DATABASE_NAME):
        return facts.postgresql and value is None
    if purpose in (Purpose.REDIS_URL, Purpose.REDIS_HOST, Purpose.REDIS_PORT, Purpose.REDIS_PASSWORD):
        return _has_redis(facts) or bool(value and purpose is Purpose.REDIS_URL)
    return purpose in LEADING_OUT


def _has_redis(facts: Facts) -> bool:
    return bool(facts.modules & {"redis", "aioredis", "rq", "arq", "valkey", "redis-om", "django-redis", "coredis"})


# Modules that talk to the servers that crashworthy has none of; without one of them such a URL is dead text.
_FOREIGN_DRIVERS = {
    "MySQL": {"pymysql", "mysqlclient", "mysqldb", "aiomysql", "asyncmy", "mysql", "mysql-connector-python"},
    "MariaDB": {"pymysql", "mysqlclient", "mysqldb", "aiomysql", "asyncmy", "mariadb"},
    "SQL Server": {"pyodbc", "aioodbc", "pymssql"},
    "Oracle": {"oracledb", "cx-oracle", "cx_oracle"},
    "MongoDB": {"pymongo", "motor", "mongoengine", "beanie", "odmantic", "flask-pymongo"},
    "RabbitMQ": {"pika", "aio-pika", "aio_pika", "kombu", "celery", "amqp", "amqpstorm"},
    "Kafka": {"kafka", "kafka-python", "aiokafka", "confluent-kafka", "confluent_kafka"},
}


def _stop_at_foreign(
    decisions: Iterable[Decision], servers: Iterable[NamedServer], tree: SourceTree, facts: Facts
) -> None:
    places = {read.name: read.location for read in tree.environment}
    for decision in decisions:
        if decision.purpose is Purpose.FOREIGN and decision.action is Action.REPLACE:
            server = foreign_server(decision.name, decision.value)
            if _is_used(server, facts):
                where = f" ({places[decision.name]})" if decision.name in places else ""
                raise _foreign(server, f"the variable {decision.name}{where}", decision.name)
    for named in servers:
        if named.kind not in ("postgresql", "redis", "sqlite") and _is_used(named.kind, facts):
            raise _foreign(named.kind, str(named.location), None)


def _is_used(server: str, facts: Facts) -> bool:
    drivers = _FOREIGN_DRIVERS.get(server)
    return drivers is None or bool(drivers & facts.modules)


def _foreign(server: str, where: str, variable: str | None) -> CrashworthyError:
    named = f"--env {variable}=URL" if variable else "a variable"
    return CrashworthyError(
        f"The service uses {server} ({where}), of which crashworthy has no own instance; it never connects a "
        "service to one that is there already.",
        remedy=f"If the service also works with PostgreSQL, SQLite or Redis, name that by {named}; "
        f"else test the parts of it that need no {server}.",
    )


def _needs(
    decisions: Iterable[Decision], servers: Iterable[NamedServer], tree: SourceTree, facts: Facts
) -> DatabaseNeeds:
    decisions = list(decisions)
    accesses: set[PostgresAccess] = set()
    for decision in decisions:
        if decision.purpose is Purpose.DATABASE_URL and wants_postgresql(decision, facts):
            accesses.add(postgres_access(decision.value or ""))
    accesses |= set(part_accesses(decisions, facts).values())
    named = [server for server in servers if server.kind == "postgresql"]
    accesses |= {server.access for server in named if server.access is not None}
    imported = {name.lower() for name in tree.imports} & {"psycopg", "psycopg2", "asyncpg", "pg8000", "aiopg"}
    if imported and not accesses:
        accesses.add(PostgresAccess(DEFAULT_NAME, DEFAULT_NAME))
    redis = [server for server in servers if server.kind == "redis"]
    redis_purposes = (Purpose.REDIS_URL, Purpose.REDIS_HOST, Purpose.REDIS_PORT)
    replaced_redis = any(each.purpose in redis_purposes and each.action is Action.REPLACE for each in decisions)
    return DatabaseNeeds(
        postgresql=bool(accesses),
        accesses=tuple(sorted(accesses)),
        redis=bool(redis and _has_redis(facts)) or replaced_redis or "redis" in {name.lower() for name in tree.imports},
        postgresql_redirects=_addresses(named),
        redis_redirects=_addresses(redis),
    )


def _addresses(servers: Iterable[NamedServer]) -> tuple[str, ...]:
    return tuple(sorted({f"{server.host or 'localhost'}:{server.port}" for server in servers if server.port}))


def wants_postgresql(decision: Decision, facts: Facts) -> bool:
    """Whether a database URL is to be one of PostgreSQL."""
    if decision.action is not Action.REPLACE:
        return False
    if decision.value:
        scheme = scheme_of(decision.value)
        return scheme in POSTGRESQL_SCHEMES or not scheme
    return facts.postgresql


def part_accesses(decisions: Iterable[Decision], facts: Facts) -> dict[str, PostgresAccess]:
    """Role and database for variables that name a database in parts (DB_USER, DB_NAME, ...), by their prefix."""
    if not facts.postgresql:
        return {}
    parts: dict[str, dict[Purpose, str]] = {}
    for decision in decisions:
        if decision.purpose in (Purpose.DATABASE_USER, Purpose.DATABASE_NAME, Purpose.DATABASE_HOST):
            prefix = prefix_of(decision.name)
            parts.setdefault(prefix, {})[decision.purpose] = decision.value or DEFAULT_NAME
    return {
        prefix: PostgresAccess(
            found.get(Purpose.DATABASE_USER, DEFAULT_NAME), found.get(Purpose.DATABASE_NAME, DEFAULT_NAME)
        )
        for prefix, found in parts.items()
    }


def prefix_of(name: str) -> str:
    """What the names of one server's parts have in common: "SMTP" of SMTP_HOST."""
    return "_".join(words_of(name)[:-1])
