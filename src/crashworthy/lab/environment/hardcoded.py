"""Servers that the source names by itself, beside any variable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crashworthy.core.location import Location
from crashworthy.lab.databases.needs import PostgresAccess
from crashworthy.lab.environment.database_urls import postgres_access, sqlite_path
from crashworthy.lab.environment.purpose import (
    FOREIGN_SCHEMES,
    POSTGRESQL_SCHEMES,
    REDIS_SCHEMES,
    SQLITE_SCHEMES,
    host_and_port,
    scheme_of,
)
from crashworthy.source.tree import SourceTree

_URL = re.compile(r"\b(?P<url>(?P<scheme>[a-z][a-z0-9+]*)://[^\s'\"<>{}$]+)")
_CONFIGURATION = ("*.yaml", "*.yml", "*.toml", "*.ini", "*.cfg", "*.json", "*.conf")
_MAX_BYTES = 200_000
_TESTS = re.compile(r"(^|/)(tests?|testing|conftest\.py|test_[^/]*|[^/]*_test\.py)(/|$)")


@dataclass(frozen=True)
class NamedServer:
    """A server in the source: `kind` is "postgresql", "redis", "sqlite" or the name of a foreign one."""

    kind: str
    location: Location
    host: str | None = None
    port: int | None = None
    access: PostgresAccess | None = None
    file: str | None = None


def named_servers(tree: SourceTree, known_defaults: frozenset[str]) -> tuple[NamedServer, ...]:
    """Servers in string literals and in settings of the source.

    Literals in `known_defaults` are defaults of variables, which are replaced there. Configuration files count
    for PostgreSQL and Redis only: what else they name need not be what the service uses.
    """
    found: list[NamedServer] = []
    for file in tree.files:
        if not _TESTS.search(file.path):
            found.extend(_in_python(file.path, file.tree, known_defaults))
    for path in _configuration(tree.root):
        relative = path.relative_to(tree.root).as_posix()
        text = path.read_bytes()[:_MAX_BYTES].decode("utf-8", "replace")
        for number, line in enumerate(text.splitlines(), 1):
            for match in _URL.finditer(line):
                server = _from_url(match["url"], Location(file=relative, line=number))
                if server is not None and server.kind in ("postgresql", "redis"):
                    found.append(server)
    return tuple(dict.fromkeys(found))


def _in_python(path: str, tree: ast.Module, known_defaults: frozenset[str]) -> Iterator[NamedServer]:
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            if node.value not in known_defaults and _URL.match(node.value):
                server = _from_url(node.value, Location(file=path, line=node.lineno))
                if server is not None:
                    yield server
        elif isinstance(node, ast.Call):
            words = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
            yield from _from_words(words, node, Location(file=path, line=node.lineno))
        elif isinstance(node, ast.Dict):
            words = {
                key.value: value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
            if "ENGINE" in words:
                yield from _from_django(words, Location(file=path, line=node.lineno))


def _from_url(url: str, location: Location) -> NamedServer | None:
    scheme = scheme_of(url)
    host, port = host_and_port(url)
    if scheme in POSTGRESQL_SCHEMES:
        return NamedServer("postgresql", location, host, port or 5432, postgres_access(url)) if host else None
    if scheme in REDIS_SCHEMES:
        return NamedServer("redis", location, host, port or 6379) if host else None
    if scheme in SQLITE_SCHEMES:
        file = sqlite_path(url)
        return NamedServer("sqlite", location, file=file) if file and file.startswith("/") else None
    if scheme in FOREIGN_SCHEMES:
        return NamedServer(FOREIGN_SCHEMES[scheme], location, host, port) if host else None
    return None


def _from_words(words: dict[str, ast.expr], call: ast.Call, location: Location) -> Iterator[NamedServer]:
    """`connect(host="db", user="app", database="shop")` and `sqlite3.connect("/var/data/app.db")`."""
    name = ast.unparse(call.func)
    if re.search(r"(^|\.)(psycopg2?|asyncpg|aiopg|pg8000)\.(\w+\.)*(connect|create_pool|\w*Pool)$", name):
        access = PostgresAccess(
            _text(words.get("user")) or "app", _text(words.get("database") or words.get("dbname")) or "app"
        )
        port = words.get("port")
        number = port.value if isinstance(port, ast.Constant) and isinstance(port.value, int) else 5432
        yield NamedServer("postgresql", location, _text(words.get("host")), number, access)
    elif re.search(r"(^|\.)(Redis|StrictRedis)$", name):
        port = words.get("port")
        number = port.value if isinstance(port, ast.Constant) and isinstance(port.value, int) else 6379
        yield NamedServer("redis", location, _text(words.get("host")), number)
    elif re.search(r"(^|\.)(sqlite3|aiosqlite)\.connect$", name) and call.args:
        file = _text(call.args[0])
        if file and file.startswith("/"):
            yield NamedServer("sqlite", location, file=file)


def _from_django(words: dict[str, ast.expr], location: Location) -> Iterator[NamedServer]:
    engine = (_text(words.get("ENGINE")) or "").rpartition(".")[2]
    if engine in ("postgresql", "postgresql_psycopg2", "postgis"):
        access = PostgresAccess(_text(words.get("USER")) or "app", _text(words.get("NAME")) or "app")
        port = _text(words.get("PORT")) or ""
        yield NamedServer(
            "postgresql", location, _text(words.get("HOST")), int(port) if port.isdigit() else 5432, access
        )
    elif engine in ("mysql", "oracle"):
        yield NamedServer(FOREIGN_SCHEMES[engine], location, _text(words.get("HOST")))
    elif engine in ("sqlite3", "spatialite"):
        file = _text(words.get("NAME"))
        if file and file.startswith("/"):
            yield NamedServer("sqlite", location, file=file)


def _text(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return str(node.value)
    return None


def _configuration(root: Path) -> Iterator[Path]:
    for pattern in _CONFIGURATION:
        for depth in ("", "*/", "*/*/"):
            for path in sorted(root.glob(depth + pattern)):
                if path.is_file() and not {"node_modules", ".venv", "venv"} & set(path.parts):
                    yield path
