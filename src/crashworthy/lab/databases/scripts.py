"""SQL files by which a folder says how its database is set up: what a person would load before the first start."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import yaml

from crashworthy.source.tree import SourceTree

_COMPOSE = ("compose.y*ml", "docker-compose*.y*ml")
_SAYING = ("[Rr][Ee][Aa][Dd][Mm][Ee]*", "Makefile", "justfile", "*.sh", "scripts/*.sh", "bin/*.sh", "docs/*.md")
# The folder whose files the official container image of PostgreSQL loads into a new database.
_AT_FIRST_START = "/docker-entrypoint-initdb.d"
_USUAL = ("schema.sql", "init.sql", "setup.sql", "database.sql")
_FOLDERS = (".", "db", "sql", "database", "migrations", "schema", "scripts", "app", "app/db")
_BACKWARDS = re.compile(r"down|rollback|revert|undo|drop", re.IGNORECASE)
_MAKES_TABLES = re.compile(r"create\s+table|create_all|create_tables|generate_schemas|upgrade\(", re.IGNORECASE)
_LARGEST = 8 * 1024 * 1024
# Comments, texts, names and bodies of functions, in none of which a semicolon ends a statement.
_PART = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|\$(\w*)\$.*?\$\1\$|(;)", re.DOTALL)
_DATA = re.compile(r"^COPY [^;]* FROM stdin;.*?^\\\.$", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_OF_PSQL = re.compile(r"^\\.*$", re.MULTILINE)
# What belongs to a server that the run has made by itself.
_OF_THE_SERVER = re.compile(r"\s*(?:create|drop|alter)\s+(?:database|role|user)\b", re.IGNORECASE)


@dataclass(frozen=True)
class SqlScript:
    """A file with statements, and where the folder says that it is to be loaded."""

    path: Path
    origin: str

    def statements(self) -> Iterator[str]:
        """The statements in their order; without data for COPY, psql's own commands, and databases and roles."""
        text = _OF_PSQL.sub("", _DATA.sub("", self.path.read_text(errors="replace")))
        begin = 0
        for part in _PART.finditer(text):
            if part[2]:
                yield from _worth(text[begin : part.start()])
                begin = part.end()
        yield from _worth(text[begin:])


def declared_scripts(tree: SourceTree) -> tuple[SqlScript, ...]:
    """What is to be loaded into PostgreSQL before the start: as declared, else what has a usual name.

    Files with usual names are left out where the source makes tables by itself, or names the file.
    """
    found = [*_of_compose(tree.root), *_of_commands(tree.root)]
    if not found and not any(_MAKES_TABLES.search(file.text) for file in tree.files):
        found = list(_usual(tree))
    first: dict[Path, SqlScript] = {}
    for script in found:
        if script.path.stat().st_size <= _LARGEST:
            first.setdefault(script.path.resolve(), script)
    return tuple(first.values())


def _of_compose(root: Path) -> Iterator[SqlScript]:
    for path in sorted(path for pattern in _COMPOSE for path in root.glob(pattern) if path.is_file()):
        try:
            document = yaml.safe_load(path.read_text(errors="replace"))
        except yaml.YAMLError:
            continue
        services = document.get("services") if isinstance(document, dict) else None
        for service in services.values() if isinstance(services, dict) else ():
            volumes = service.get("volumes") if isinstance(service, dict) else None
            for volume in volumes if isinstance(volumes, list) else ():
                source, target = _mounted(volume)
                if target.startswith(_AT_FIRST_START):
                    yield from _files(root, root / source, path.name)


def _mounted(volume: object) -> tuple[str, str]:
    if isinstance(volume, dict):
        return str(volume.get("source", "")), str(volume.get("target", ""))
    source, _, target = str(volume).partition(":")
    return source, target


def _of_commands(root: Path) -> Iterator[SqlScript]:
    """Files that a line with `psql` reads: by -f, --file or <."""
    for path in sorted(path for pattern in _SAYING for path in root.glob(pattern) if path.is_file()):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            if not re.search(r"\bpsql\b", line):
                continue
            for name in _read_by(line):
                yield from _files(root, root / name, f"{path.relative_to(root).as_posix()}:{number}")


def _read_by(line: str) -> Iterator[str]:
    try:
        words = shlex.split(line.replace("<", " < ").replace("`", " "), comments=False)
    except ValueError:
        return
    for before, word in pairwise(words):
        if before in ("-f", "--file", "<", "cat"):
            yield word
    yield from (word.partition("=")[2] for word in words if word.startswith("--file="))


def _usual(tree: SourceTree) -> Iterator[SqlScript]:
    for folder in _FOLDERS:
        files = sorted((tree.root / folder).glob("*.sql"))
        by_number = bool(files) and all(re.match(r"[Vv]?\d", path.name) for path in files)
        for path in files:
            named = any(path.name in file.text for file in tree.files)
            if not named and not _BACKWARDS.search(path.name) and (by_number or path.name in _USUAL):
                yield SqlScript(path, "a usual name, and the source makes no tables")


def _files(root: Path, path: Path, origin: str) -> Iterator[SqlScript]:
    """The file, or the SQL files of the folder by name; nothing outside of the service's folder."""
    if not path.resolve().is_relative_to(root.resolve()):
        return
    for file in sorted(path.glob("*.sql")) if path.is_dir() else (path,):
        if file.is_file() and file.suffix == ".sql":
            yield SqlScript(file, origin)


def _worth(text: str) -> Iterator[str]:
    bare = _PART.sub(lambda part: "" if part[0].startswith(("--", "/*")) else part[0], text).strip()
    if bare and not _OF_THE_SERVER.match(bare):
        yield bare
