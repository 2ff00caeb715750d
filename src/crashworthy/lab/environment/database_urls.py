"""Database URLs: what they name, and the same URL for a server of our own."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from crashworthy.lab.databases.needs import Address, PostgresAccess
from crashworthy.lab.environment.purpose import Facts

DEFAULT_NAME = "app"
PASSWORD = "crashworthy"  # noqa: S105 - our server takes any
# Our servers speak plain text on loopback; these settings would demand what they cannot do.
_TRANSPORT_SETTINGS = frozenset(
    {"sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "channel_binding", "gssencmode", "ssl_cert_reqs",
     "ssl_ca_certs", "host", "port", "hostaddr", "target_session_attrs", "service", "passfile"}
)  # fmt: skip


def postgres_access(url: str) -> PostgresAccess:
    """The role and the database that a URL (or libpq's "name=value ..." form) names, or usual ones."""
    if "://" not in url:
        try:
            words = conninfo_to_dict(url)
        except ProgrammingError:
            words = {}
        return PostgresAccess(str(words.get("user") or DEFAULT_NAME), str(words.get("dbname") or DEFAULT_NAME))
    parts = urlsplit(url)
    role = unquote(parts.netloc.rpartition("@")[0].partition(":")[0]) if "@" in parts.netloc else ""
    return PostgresAccess(role or DEFAULT_NAME, unquote(parts.path.removeprefix("/")) or DEFAULT_NAME)


def postgres_url(url: str, own: Address) -> str:
    """The URL with our server in it: scheme, driver, database, role and other settings stay."""
    access = postgres_access(url)
    if "://" not in url:
        try:
            words = {k: v for k, v in conninfo_to_dict(url).items() if k not in _TRANSPORT_SETTINGS}
        except ProgrammingError:
            words = {}
        words |= {"user": access.role, "password": PASSWORD, "dbname": access.database}
        return make_conninfo("", host=own.host, port=own.port, **words)
    parts = urlsplit(url)
    head = f"{access.role}:{PASSWORD}@{own}"
    path = parts.path if len(parts.path) > 1 else f"/{access.database}"
    if "@" in parts.netloc:
        head = f"{parts.netloc.rpartition('@')[0].partition(':')[0] or access.role}:{PASSWORD}@{own}"
    return urlunsplit((parts.scheme, head, path, _kept_settings(parts.query), ""))


def redis_url(url: str, own: Address) -> str:
    """The URL with our server in it, which knows no passwords: the number of the database stays."""
    parts = urlsplit(url)
    scheme = parts.scheme.replace("rediss", "redis")
    return urlunsplit((scheme, str(own), parts.path, _kept_settings(parts.query), ""))


def sqlite_path(url: str) -> str | None:
    """The file that an SQLite URL names, as written; None for a database in memory."""
    match = re.match(r"^[a-z0-9+]+://(?:/(?P<path>[^?#]*))?", url)
    path = unquote(match["path"] or "") if match else ""
    return None if not path or path.startswith((":memory:", "file:")) else path


def sqlite_url(url: str, file: Path) -> str:
    """The URL with another file in it."""
    scheme, _, rest = url.partition("://")
    _, question, query = rest.partition("?")
    return f"{scheme}:///{file}{question}{query}"


def new_postgres_url(facts: Facts, text: str) -> str:
    """A URL, with no server in it, in the form that the service's libraries take. `text` is all of its source."""
    scheme = "postgresql"
    if "sqlalchemy" in facts.modules or "sqlmodel" in facts.modules:
        # A source that puts the driver's name in itself wants the plain form.
        writes_driver = re.search(r"postgresql\+\w+://", text) is not None
        if "asyncpg" in facts.modules and not writes_driver and "create_async_engine" in text:
            scheme = "postgresql+asyncpg"
        elif "psycopg" in facts.modules and not facts.modules & {"psycopg2", "psycopg2-binary"} and not writes_driver:
            scheme = "postgresql+psycopg"
    return f"{scheme}://{DEFAULT_NAME}@localhost/{DEFAULT_NAME}"


def new_sqlite_url(facts: Facts, text: str, file: Path) -> str:
    """A URL of an SQLite file in the form that the service's libraries take."""
    if not facts.modules & {"sqlalchemy", "sqlmodel", "flask_sqlalchemy", "flask-sqlalchemy", "databases", "tortoise",
                            "dj_database_url", "dj-database-url", "peewee", "pony", "django"}:  # fmt: skip
        return str(file)  # sqlite3.connect takes a path
    scheme = "sqlite+aiosqlite" if "aiosqlite" in facts.modules and "create_async_engine" in text else "sqlite"
    return f"{scheme}:///{file}"


def _kept_settings(query: str) -> str:
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True)]
    return urlencode([(name, value) for name, value in kept if name not in _TRANSPORT_SETTINGS])
