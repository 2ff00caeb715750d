"""The packages that a folder says it needs, as written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

_MAX_BYTES = 1_000_000


def read_requirements(root: Path) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Requirement lines (PEP 508) of requirements*.txt, pyproject.toml and Pipfile; and what could not be read."""
    lines: list[str] = []
    unread: list[tuple[str, str]] = []
    for path in sorted(root.glob("requirements*.txt")) + sorted(root.glob("requirements/*.txt")):
        lines.extend(_from_text(path, unread, root))
    for name, reader in (("pyproject.toml", _from_pyproject), ("Pipfile", _from_pipfile)):
        path = root / name
        if path.is_file():
            try:
                lines.extend(reader(tomllib.loads(_text(path))))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
                unread.append((name, f"does not parse: {error}"))
    return tuple(dict.fromkeys(lines)), tuple(unread)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MAX_BYTES).decode("utf-8-sig")


def _from_text(path: Path, unread: list[tuple[str, str]], root: Path) -> list[str]:
    try:
        text = _text(path)
    except (OSError, UnicodeDecodeError) as error:
        unread.append((path.relative_to(root).as_posix(), f"cannot be read: {error}"))
        return []
    lines = []
    for line in text.replace("\\\n", " ").splitlines():
        requirement = re.sub(r"(^|\s)#.*$", "", line).strip()
        requirement = re.sub(r"\s--hash[=\s]\S+", "", requirement).strip()
        if requirement and not requirement.startswith("-"):
            lines.append(requirement)
    return lines


def _from_pyproject(document: dict[str, Any]) -> list[str]:
    listed = _table(document, "project").get("dependencies")
    lines = [line for line in listed if isinstance(line, str)] if isinstance(listed, list) else []
    poetry = _table(_table(_table(document, "tool"), "poetry"), "dependencies")
    return lines + [_spelled(name, spec) for name, spec in poetry.items() if name.lower() != "python"]


def _from_pipfile(document: dict[str, Any]) -> list[str]:
    return [_spelled(name, spec) for name, spec in _table(document, "packages").items()]


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    table = document.get(name)
    return table if isinstance(table, dict) else {}


def _spelled(name: str, spec: object) -> str:
    """Poetry's and Pipenv's `name = "^1.2"` as a PEP 508 line; a caret or tilde becomes a lower bound."""
    extras = ""
    if isinstance(spec, dict):
        if isinstance(spec.get("extras"), list):
            extras = f"[{','.join(str(extra) for extra in spec['extras'])}]"
        spec = spec.get("version", "")
    version = str(spec or "").strip()
    if version in {"", "*"}:
        return f"{name}{extras}"
    if version[0] in "^~" and not version.startswith("~="):
        return f"{name}{extras}>={version.lstrip('^~=')}"
    return f"{name}{extras}{version}" if version[0] in "<>=!~" else f"{name}{extras}=={version}"
