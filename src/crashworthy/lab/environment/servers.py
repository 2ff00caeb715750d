"""Which servers the service's variables and source need, and which of them crashworthy has."""

from __future__ import annotations

from collections.abc import Iterable

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import DatabaseNeeds, PostgresAccess
from crashworthy.lab.environment.database_urls import DEFAULT_NAME, postgres_access
from crashworthy.lab.environment.decision import Action, Decision, prefix_of
from crashworthy.lab.environment.hardcoded import NamedServer
from crashworthy.lab.environment.purpose import POSTGRESQL_SCHEMES, Facts, Purpose, foreign_server, scheme_of
from crashworthy.source.tree import SourceTree


def has_redis(facts: Facts) -> bool:
    """Whether a client of Redis is there."""
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


def stop_at_foreign(
    decisions: Iterable[Decision], servers: Iterable[NamedServer], tree: SourceTree, facts: Facts
) -> None:
    """Raise CrashworthyError when the service needs a server that crashworthy has no own instance of."""
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


def database_needs(
    decisions: Iterable[Decision], servers: Iterable[NamedServer], tree: SourceTree, facts: Facts
) -> DatabaseNeeds:
    """The servers, roles and databases that the decisions and the source's own literals call for."""
    decisions = list(decisions)
    accesses: set[PostgresAccess] = set()
    for decision in decisions:
        if decision.purpose is Purpose.DATABASE_URL and wants_postgresql(decision, facts):
            accesses.add(postgres_access(decision.value or ""))
    accesses |= set(part_accesses(decisions, facts).values())
    # A configuration file may be for something else (another way to deploy), source is for the service.
    named = [
        server
        for server in servers
        if server.kind == "postgresql" and (facts.postgresql or server.location.file.endswith(".py"))
    ]
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
        redis=bool(redis and has_redis(facts)) or replaced_redis or "redis" in {name.lower() for name in tree.imports},
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
