"""The packages that a folder declares, as exactly as an installer needs them.

`crashworthy.source.requirements` reads the same files for the audit; this module also keeps pins, constraints,
hashes and index options, and tells what an installer would have to run foreign code for.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.environment import poetry

_TEXT_FILES = (
    "requirements.txt",
    "requirements/prod.txt",
    "requirements/production.txt",
    "requirements/base.txt",
    "requirements/main.txt",
    "requirements/requirements.txt",
    "requirements-prod.txt",
    "requirements_prod.txt",
    "requirements.in",
)
_INDEX_OPTIONS = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--pre", "--no-index")
_DIRECT = re.compile(r"^(git|hg|svn|bzr)\+|://|^(\.{0,2}/)|\.(whl|tar\.gz|zip)$")
_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
# Keys of a dependency's table in Poetry's and Pipenv's files that name another place than the usual index.
_ADDRESSES = ("git", "url", "path", "file")
_INDEXES = ("source", "index")
_MAX_DEPTH = 5


@dataclass
class Declared:
    """What one folder declares.

    `lines` are requirement lines, `constraints` the pins of a lock file, `options` index options. `foreign`
    are requirements that are no names on an index (URLs, paths); `elsewhere` are names that are meant for
    another index or a folder beside the project. `python` is a version specifier.
    """

    origin: str
    lines: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    python: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Normalised names of the packages that are asked for directly."""
        found = (_NAME.match(line) for line in self.lines)
        return tuple(dict.fromkeys(canonicalize_name(match[1]) for match in found if match))


def read_declared(folder: Path) -> Declared | None:
    """The requirements of a folder: those with a lock file first, then requirements.txt, pyproject.toml, Pipfile."""
    project = _read_toml(folder / "pyproject.toml")
    lock = next((name for name in ("uv.lock", "poetry.lock", "pdm.lock") if (folder / name).is_file()), None)
    if project is not None and lock is not None:
        declared = _from_project(folder, project)
        if declared is not None:
            declared.constraints = _pins(_read_toml(folder / lock) or {})
            declared.origin = f"pyproject.toml and {lock}"
            return declared
    for name in _TEXT_FILES:
        if (folder / name).is_file():
            declared = Declared(origin=name)
            _read_text(folder / name, folder, declared)
            declared.python = _python_of(project)
            return declared
    if project is not None and (declared := _from_project(folder, project)) is not None:
        return declared
    return _from_pipfile(folder)


def _read_toml(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CrashworthyError(f"{path.name} cannot be read: {error}", remedy=f"Mend {path.name}.") from error


def _read_text(path: Path, root: Path, declared: Declared, depth: int = 0) -> None:
    """Requirements in pip's format."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text("utf-16")  # what PowerShell's `pip freeze > requirements.txt` writes
    for raw in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        if not line:
            continue
        option, _, value = line.partition(" ")
        option, equals, attached = option.partition("=")
        value = (attached if equals else value).strip()
        if option in ("-r", "--requirement", "-c", "--constraint"):
            included = path.parent / value
            if depth >= _MAX_DEPTH or not included.is_file():
                raise CrashworthyError(f"{path.name} includes {value}, which is not there.")
            if option in ("-r", "--requirement"):
                _read_text(included, root, declared, depth + 1)
            else:
                constraints = Declared(origin=value)
                _read_text(included, root, constraints, depth + 1)
                declared.constraints += constraints.lines
        elif option in ("-e", "--editable") or line.split("[")[0] in (".", "./"):
            _read_local(value if option.startswith("-") else line, root, declared)
        elif option in _INDEX_OPTIONS:
            declared.options.append(line)
        elif option.startswith("-"):
            continue  # --no-binary and the like: how, not what
        elif _DIRECT.search(line.split(";")[0].split(" --hash")[0].strip()):
            declared.foreign.append(line)
        else:
            declared.lines.append(line)


def _read_local(value: str, root: Path, declared: Declared) -> None:
    """The project itself runs from its source; only what it depends on is installed."""
    folder, _, _ = value.partition("[")
    if folder in (".", "./") and (project := _read_toml(root / "pyproject.toml")) is not None:
        own = _from_project(root, project)
        if own is not None:
            declared.lines += own.lines
            declared.foreign += own.foreign
            declared.elsewhere += own.elsewhere
        return
    if folder not in (".", "./"):
        declared.foreign.append(value)


def _from_project(folder: Path, project: dict[str, Any]) -> Declared | None:
    """PEP 621 dependencies (also setuptools' dynamic ones), else Poetry's."""
    declared = Declared(origin="pyproject.toml", python=_python_of(project))
    table = _table(project, "project")
    if isinstance(table.get("dependencies"), list):
        # Asking an index for a name that is meant to come from elsewhere is how dependency confusion works.
        elsewhere = {canonicalize_name(name) for name in _table(project, "tool", "uv", "sources")}
        for line in table["dependencies"]:
            _sort(str(line), declared, elsewhere)
        return declared
    if "dependencies" in (table.get("dynamic") or ()):
        dynamic = _table(project, "tool", "setuptools", "dynamic", "dependencies").get("file", [])
        for name in [dynamic] if isinstance(dynamic, str) else dynamic:
            _read_text(folder / name, folder, declared)
        return declared
    listed = _table(project, "tool", "poetry").get("dependencies")
    if isinstance(listed, dict):
        for name, spec in listed.items():
            if canonicalize_name(name) != "python":
                _sort_translated(name, spec, declared)
        return declared
    return None


def _from_pipfile(folder: Path) -> Declared | None:
    pipfile = _read_toml(folder / "Pipfile")
    if pipfile is None:
        return None
    declared = Declared(origin="Pipfile")
    for name, spec in _table(pipfile, "packages").items():
        _sort_translated(name, spec, declared)
    version = _table(pipfile, "requires").get("python_version")
    declared.python = f"=={version}.*" if isinstance(version, str) else None
    if (folder / "Pipfile.lock").is_file():
        locked = json.loads((folder / "Pipfile.lock").read_text("utf-8")).get("default", {})
        declared.constraints = [f"{name}{entry['version']}" for name, entry in locked.items() if "version" in entry]
        declared.origin = "Pipfile and Pipfile.lock"
    return declared


def _sort_translated(name: str, spec: object, declared: Declared) -> None:
    if isinstance(spec, dict) and spec.get("optional"):
        return
    if isinstance(spec, dict) and (where := next((spec[key] for key in _ADDRESSES if key in spec), None)):
        declared.foreign.append(f"{name} @ {where}")
        return
    meant_for_another = isinstance(spec, dict) and any(key in spec for key in _INDEXES)
    (declared.elsewhere if meant_for_another else declared.lines).append(poetry.requirement(name, spec))


def _sort(line: str, declared: Declared, elsewhere: set[NormalizedName]) -> None:
    try:
        requirement = Requirement(line)
    except InvalidRequirement as error:
        raise CrashworthyError(f"{declared.origin} names a requirement that is none: {line!r} ({error})") from error
    if canonicalize_name(requirement.name) in elsewhere:
        declared.elsewhere.append(line)
    else:
        (declared.foreign if requirement.url else declared.lines).append(line)


def _pins(lock: dict[str, Any]) -> list[str]:
    """Name and version of each package in a lock file of uv, Poetry or PDM, where there is one version of it."""
    versions: dict[str, set[str]] = {}
    for package in lock.get("package", ()):
        source = package.get("source") or {}
        if "version" in package and not source.keys() & {"virtual", "editable", "directory", "git"}:
            versions.setdefault(canonicalize_name(package["name"]), set()).add(package["version"])
    return [f"{name}=={next(iter(found))}" for name, found in sorted(versions.items()) if len(found) == 1]


def _python_of(project: dict[str, Any] | None) -> str | None:
    if project is None:
        return None
    wanted = _table(project, "project").get("requires-python")
    if isinstance(wanted, str):
        return wanted
    constraint = _table(project, "tool", "poetry", "dependencies").get("python")
    return poetry.specifier(constraint) if isinstance(constraint, str) else None


def _table(document: dict[str, Any], *path: str) -> dict[str, Any]:
    for name in path:
        value = document.get(name)
        document = value if isinstance(value, dict) else {}
    return document
