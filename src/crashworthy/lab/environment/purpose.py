"""What a variable is for, by its value where there is one, else by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import urlsplit


class Purpose(StrEnum):
    """What a variable is for."""

    DATABASE_URL = "database URL"
    DATABASE_HOST = "database host"
    DATABASE_PORT = "database port"
    DATABASE_USER = "database user"
    DATABASE_PASSWORD = "database password"  # noqa: S105
    DATABASE_NAME = "database name"
    REDIS_URL = "Redis URL"
    REDIS_HOST = "Redis host"
    REDIS_PORT = "Redis port"
    REDIS_PASSWORD = "Redis password"  # noqa: S105
    FOREIGN = "server that crashworthy cannot stand in for"
    HTTP_URL = "URL of a dependency"
    PEER_HOST = "host of a dependency"
    PEER_PORT = "port of a dependency"
    MAIL_HOST = "mail server"
    MAIL_PORT = "port of a mail server"
    OWN_URL = "URL of the service itself or of its front end"
    LISTEN = "address to listen on"
    FILE = "file"
    FOLDER = "folder"
    SECRET = "secret"  # noqa: S105
    TELEMETRY = "telemetry"
    NUMBER = "number"
    SWITCH = "switch"
    TEXT = "text"


# Values of these lead to other programs: they are never used as they are.
LEADING_OUT = frozenset(
    {
        Purpose.DATABASE_URL,
        Purpose.DATABASE_HOST,
        Purpose.DATABASE_PORT,
        Purpose.REDIS_URL,
        Purpose.REDIS_HOST,
        Purpose.REDIS_PORT,
        Purpose.FOREIGN,
        Purpose.HTTP_URL,
        Purpose.PEER_HOST,
        Purpose.PEER_PORT,
        Purpose.MAIL_HOST,
        Purpose.MAIL_PORT,
    }
)

POSTGRESQL_SCHEMES = frozenset({"postgres", "postgresql", "postgis", "psql", "asyncpg", "timescale"})
SQLITE_SCHEMES = frozenset({"sqlite", "sqlite3", "spatialite"})
REDIS_SCHEMES = frozenset({"redis", "rediss", "valkey"})
HTTP_SCHEMES = frozenset({"http", "https", "ws", "wss"})
# Schemes of servers that crashworthy cannot start, with the modules that talk to them.
FOREIGN_SCHEMES = {
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "mssql": "SQL Server",
    "oracle": "Oracle",
    "cockroachdb": "CockroachDB",
    "mongodb": "MongoDB",
    "mongodb+srv": "MongoDB",
    "amqp": "RabbitMQ",
    "amqps": "RabbitMQ",
    "pyamqp": "RabbitMQ",
    "kafka": "Kafka",
    "nats": "NATS",
    "mqtt": "MQTT",
    "mqtts": "MQTT",
    "ldap": "LDAP",
    "ldaps": "LDAP",
    "memcached": "Memcached",
    "cassandra": "Cassandra",
    "clickhouse": "ClickHouse",
    "neo4j": "Neo4j",
    "bolt": "Neo4j",
}
_FOREIGN_WORDS = {
    "MYSQL": "MySQL",
    "MARIADB": "MariaDB",
    "MSSQL": "SQL Server",
    "ORACLE": "Oracle",
    "MONGO": "MongoDB",
    "MONGODB": "MongoDB",
    "RABBITMQ": "RabbitMQ",
    "RABBIT": "RabbitMQ",
    "AMQP": "RabbitMQ",
    "KAFKA": "Kafka",
    "NATS": "NATS",
    "MQTT": "MQTT",
    "LDAP": "LDAP",
    "MEMCACHED": "Memcached",
    "CASSANDRA": "Cassandra",
    "CLICKHOUSE": "ClickHouse",
    "NEO4J": "Neo4j",
}
_DATABASE = frozenset({"DB", "DATABASE", "POSTGRES", "POSTGRESQL", "PG", "SQL", "SQLALCHEMY", "SQLITE"})
_REDIS = frozenset({"REDIS", "CACHE", "CELERY", "BROKER", "VALKEY", "RQ"})
_MAIL = frozenset({"SMTP", "MAIL", "EMAIL"})
_URL = frozenset({"URL", "URI", "DSN", "URLS"})
_HTTP_LAST = _URL | {"ENDPOINT", "WEBHOOK", "BASEURL"}
_HOST = frozenset({"HOST", "SERVER", "HOSTNAME", "SERVERS", "HOSTS"})
_USER = frozenset({"USER", "USERNAME", "LOGIN"})
_SECRET = frozenset(
    {"SECRET", "KEY", "TOKEN", "PASSWORD", "PASSWD", "PASS", "PWD", "PASSPHRASE", "SALT", "PEPPER", "CREDENTIAL"}
)
_OWN = frozenset({"FRONTEND", "PUBLIC", "SITE", "APP", "CLIENT", "SELF", "EXTERNAL", "WEBSITE", "HOMEPAGE", "UI"})
_OWN_ANYWHERE = frozenset({"CORS", "ORIGIN", "ORIGINS", "REDIRECT", "CALLBACK", "DOMAIN"})
_LISTENERS = frozenset({"APP", "SERVER", "API", "HTTP", "WEB", "UVICORN", "FLASK", "GUNICORN", "SERVICE", "BACKEND"})
_LISTEN = frozenset({"PORT", "HOST", "BIND", "LISTEN", "ADDRESS", "BIND_HOST", "BIND_PORT", "LISTEN_PORT"})
_TELEMETRY = frozenset({"SENTRY", "OTEL", "DATADOG", "DD", "NEWRELIC", "HONEYCOMB", "LOGTAIL", "STATSD", "JAEGER"})
_NUMBER = frozenset(
    {
        *("TTL", "TIMEOUT", "LIMIT", "MAX", "MIN", "SIZE", "COUNT", "DAYS", "HOURS", "MINUTES", "SECONDS", "MS"),
        *("INTERVAL", "RETRIES", "ATTEMPTS", "PERCENT", "RATE", "CENTS", "WORKERS", "THREADS", "CONCURRENCY"),
        *("LENGTH", "EXPIRY", "EXPIRE", "EXPIRES", "EXPIRATION", "AGE", "THRESHOLD", "FEE", "AMOUNT", "QUOTA"),
        *("ROUNDS", "DEPTH", "OVERFLOW", "RECYCLE", "DELAY", "DURATION", "CAPACITY", "NUMBER", "FACTOR", "RATIO"),
    }
)
_NUMBER_FIRST = frozenset({"MAX", "MIN", "NUM"})
_SWITCH = frozenset({"ENABLE", "ENABLED", "DISABLE", "DISABLED", "USE", "DEBUG", "IS", "ALLOW", "SSL", "TLS", "ECHO"})
_SWITCH_LAST = frozenset({"ENABLED", "DISABLED", "DEBUG", "SSL", "TLS", "ECHO", "REQUIRED"})
_FILE_LAST = frozenset({"FILE", "FILENAME", "PATH", "LOG"})
_FOLDER_LAST = frozenset({"DIR", "DIRECTORY", "FOLDER"})
_DATABASE_FILE = re.compile(r"\.(db|sqlite|sqlite3|db3)$", re.IGNORECASE)
_HOST_VALUE = re.compile(r"^(localhost|\d{1,3}(\.\d{1,3}){3}|[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,})$", re.IGNORECASE)
_LIBPQ_WORDS = re.compile(r"\b(host|dbname|hostaddr)\s*=")


@dataclass(frozen=True)
class Facts:
    """What the rest of the source says. Names of modules and packages are lower-case.

    `modules` are imported or required; `outbound` are variables that outbound calls get their URL from.
    """

    modules: frozenset[str] = frozenset()
    outbound: frozenset[str] = field(default_factory=frozenset)

    @property
    def sqlite(self) -> bool:
        """Whether SQLite is used directly."""
        return bool(self.modules & {"sqlite3", "aiosqlite"})

    @property
    def postgresql(self) -> bool:
        """Whether a driver of PostgreSQL is there."""
        return bool(self.modules & {"psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000", "aiopg"})


def purpose_of(name: str, value: str | None, facts: Facts) -> Purpose:
    """What a variable is for; `value` is what is known of it: an example or a default."""
    if value and (by_value := _by_value(name, value.strip(), facts)) is not None:
        return by_value
    return _by_name(name, value, facts)


def scheme_of(value: str) -> str:
    """The scheme of a URL without its driver: "postgresql" for postgresql+asyncpg://..., "" for no URL."""
    if "://" not in value:
        return ""
    scheme = value.split("://")[0].lower()
    return scheme if scheme in FOREIGN_SCHEMES else scheme.split("+")[0]


def foreign_server(name: str, value: str | None) -> str:
    """What server a variable of the purpose FOREIGN names."""
    by_value = FOREIGN_SCHEMES.get(scheme_of(value or ""))
    return by_value or next((_FOREIGN_WORDS[word] for word in words_of(name) if word in _FOREIGN_WORDS), "a server")


def words_of(name: str) -> list[str]:
    """The words of a variable's name, in upper case; PGHOST counts as two."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    spaced = re.sub(r"^PG(?=HOST|PORT|USER|PASSWORD|DATABASE)", "PG_", spaced.upper())
    return [word for word in re.split(r"[^A-Z0-9]+", spaced) if word]


def _by_value(name: str, value: str, facts: Facts) -> Purpose | None:
    scheme = scheme_of(value)
    if scheme in POSTGRESQL_SCHEMES | SQLITE_SCHEMES or _LIBPQ_WORDS.search(value):
        return Purpose.DATABASE_URL
    if scheme in REDIS_SCHEMES:
        return Purpose.REDIS_URL
    if scheme in FOREIGN_SCHEMES:
        return Purpose.FOREIGN
    if scheme in HTTP_SCHEMES and "," not in value:
        if name not in facts.outbound and _is_own(words_of(name)):
            return Purpose.OWN_URL
        return Purpose.TELEMETRY if _TELEMETRY & set(words_of(name)) else Purpose.HTTP_URL
    if _DATABASE_FILE.search(value) or value.startswith(("/", "./", "../", "~/")):
        words = words_of(name)
        is_folder = words[-1:] and words[-1] in _FOLDER_LAST
        is_folder = is_folder or (not PurePosixPath(value).suffix and words[-1:] != ["FILE"])
        return Purpose.FOLDER if is_folder and not _DATABASE_FILE.search(value) else Purpose.FILE
    return None


def _by_name(name: str, value: str | None, facts: Facts) -> Purpose:
    words = words_of(name)
    found, last = set(words), words[-1] if words else ""
    if _is_listen(words):
        return Purpose.LISTEN
    if found & _TELEMETRY:
        return Purpose.TELEMETRY
    if last in _NUMBER or (words and words[0] in _NUMBER_FIRST):
        return Purpose.NUMBER
    if last in _SWITCH_LAST or (words and words[0] in _SWITCH):
        return Purpose.SWITCH
    if found & _FOREIGN_WORDS.keys():
        return Purpose.FOREIGN if last in _HTTP_LAST | _HOST | {"PORT"} else _leaf(last)
    if found & _DATABASE:
        return _database(found, last, value, facts)
    if found & _REDIS and (found & {"REDIS", "VALKEY", "BROKER", "CELERY"} or "redis" in facts.modules):
        return _redis(last)
    if found & _MAIL and last in _HOST:
        return Purpose.MAIL_HOST
    if found & _MAIL and last == "PORT":
        return Purpose.MAIL_PORT
    if name in facts.outbound and last not in _SECRET | _HOST | {"PORT", "PATH"}:
        return Purpose.HTTP_URL
    if last in _HTTP_LAST or (len(words) > 1 and words[-2] in _HTTP_LAST):
        return Purpose.OWN_URL if _is_own(words) else Purpose.HTTP_URL
    if _is_own(words) and last not in _SECRET:
        return Purpose.OWN_URL if found & _URL else Purpose.TEXT
    if last in _HOST and (value is None or _HOST_VALUE.match(value)) and "ALLOWED" not in found:
        return Purpose.PEER_HOST
    if last == "PORT":
        return Purpose.PEER_PORT
    return _leaf(last, found)


def _leaf(last: str, found: set[str] | None = None) -> Purpose:
    if last in _SECRET or (found and found & {"SECRET", "PASSWORD", "TOKEN"} and last != "ID"):
        return Purpose.SECRET
    if last in _FOLDER_LAST:
        return Purpose.FOLDER
    return Purpose.FILE if last in _FILE_LAST else Purpose.TEXT


def _database(found: set[str], last: str, value: str | None, facts: Facts) -> Purpose:
    if last in _URL or "CONNECTION" in found:
        return Purpose.DATABASE_URL
    if last in _HOST:
        return Purpose.DATABASE_HOST
    if last == "PORT":
        return Purpose.DATABASE_PORT
    if last in _USER:
        return Purpose.DATABASE_USER
    if last in _SECRET:
        return Purpose.DATABASE_PASSWORD
    if last in _FILE_LAST or "SQLITE" in found:
        return Purpose.FILE
    if last in _FOLDER_LAST:
        return Purpose.FOLDER
    if last in ("NAME", "DB", "DATABASE", "DBNAME"):
        only_sqlite = facts.sqlite and not facts.postgresql
        return Purpose.FILE if only_sqlite or (value and "/" in value) else Purpose.DATABASE_NAME
    return Purpose.TEXT


def _redis(last: str) -> Purpose:
    if last in _HTTP_LAST or last in ("BROKER", "BACKEND", "REDIS"):
        return Purpose.REDIS_URL
    if last in _HOST:
        return Purpose.REDIS_HOST
    if last == "PORT":
        return Purpose.REDIS_PORT
    return Purpose.REDIS_PASSWORD if last in _SECRET else Purpose.TEXT


def _is_listen(words: list[str]) -> bool:
    joined = "_".join(words)
    return joined in _LISTEN or (len(words) == 2 and words[0] in _LISTENERS and words[1] in ("PORT", "HOST", "BIND"))


def _is_own(words: list[str]) -> bool:
    if _OWN_ANYWHERE & set(words):
        return True
    return bool(words) and (words[0] in _OWN or words in (["BASE", "URL"], ["ROOT", "URL"], ["HOST", "URL"]))


def host_and_port(url: str) -> tuple[str | None, int | None]:
    """Host and port that a URL names."""
    try:
        parts = urlsplit(url)
        return parts.hostname, parts.port
    except ValueError:
        return None, None
