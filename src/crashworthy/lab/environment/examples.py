"""Variables that a folder's own files tell: values from examples, only names from the real `.env`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

_EXAMPLES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "env.example",
    "example.env",
    ".env.test",
    ".env.testing",
)
_REAL = re.compile(r"^\.env(\..+)?$|^[\w-]*\.env$")
_REFERENCE = re.compile(r"\$\{(?P<name>\w+)(?::?-(?P<default>[^}]*))?\}")
_MAX_DEPTH = 3
_SKIPPED = frozenset({".git", ".venv", "venv", "node_modules", "site-packages", "__pycache__"})
_PLACEHOLDER = re.compile(
    r"""^( | (please[-_\s])?change[-_\s]?(me|this|it).* | .*change[-_\s]?(me|this)$ | (your|my)[-_\s].* | .*[-_\s]here
    | <.*> | \[.*\] | \{+.*\}+ | \$\{.*\} | x{3,}.* | .*x{4,} | \.{3,} | .*\.\.\. | todo.*
    | replace[-_\s]?(me|this|with)?.*
    | insert[-_\s].* | put[-_\s].* | enter[-_\s].* | placeholder | dummy | fill[-_\s].* | set[-_\s]me | none | null
    | secret | password | pass | token | key )$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass
class Told:
    """`values` are of example files; `names` are those of real ones, whose values are never looked at."""

    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    real_files: list[str] = field(default_factory=list)


def read_told(folders: list[Path]) -> Told:
    """What the files in these folders tell; the first folder's word counts most."""
    told = Told()
    for folder in folders:
        for name in _EXAMPLES:
            if (folder / name).is_file():
                told.files.append(name)
                for key, value in _interpolated(dotenv_values(folder / name, interpolate=False)).items():
                    told.values.setdefault(key, value)
        for path in sorted(folder.iterdir()):
            if _is_real(path):
                told.real_files.append(path.name)
                told.names |= set(dotenv_values(path, interpolate=False))
    return told


def _interpolated(values: dict[str, str | None]) -> dict[str, str]:
    """`${NAME}` and `${NAME:-default}` filled in from the file itself, never from the caller's environment."""

    def named(match: re.Match[str]) -> str:
        return values.get(match["name"]) or match["default"] or ""

    return {key: _REFERENCE.sub(named, value or "") for key, value in values.items()}


def is_placeholder(value: str) -> bool:
    """Whether a value only says that someone should put one here."""
    return _PLACEHOLDER.match(value.strip()) is not None


def replace_real_files(copy: Path, values: dict[str, str]) -> tuple[str, ...]:
    """Rewrite the `.env` files of a service's copy: the same names, this run's values. Returns their paths.

    Services load these files by themselves, so that leaving them would hand the user's own URLs and secrets to
    the service. Names that this run has no value for are dropped.
    """
    replaced = []
    for path in _below(copy, _MAX_DEPTH):
        names = dotenv_values(path, interpolate=False)
        path.unlink()  # it may be a link to the user's own file
        path.write_text("".join(f"{name}={_quoted(values[name])}\n" for name in names if name in values), "utf-8")
        replaced.append(path.relative_to(copy).as_posix())
    return tuple(replaced)


def _below(folder: Path, depth: int) -> list[Path]:
    found = []
    for path in sorted(folder.iterdir()):
        if _is_real(path):
            found.append(path)
        elif depth and path.is_dir() and not path.is_symlink() and path.name not in _SKIPPED:
            found += _below(path, depth - 1)
    return found


def _is_real(path: Path) -> bool:
    return path.is_file() and path.name not in _EXAMPLES and _REAL.match(path.name) is not None


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
