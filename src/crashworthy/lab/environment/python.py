"""The interpreter that has the service's packages: the user's choice, the folder's own, or one made and cached."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from packaging.utils import canonicalize_name

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Emit, Note, StageStarted
from crashworthy.lab.environment.declared import Declared, read_declared
from crashworthy.lab.environment.import_names import packages_for
from crashworthy.lab.environment.installer import Installer, find_installer
from crashworthy.lab.environment.interpreter import (
    SUPPORTED,
    Interpreter,
    ask,
    base_interpreter,
    chosen_interpreter,
    find_environment,
)
from crashworthy.lab.environment.popular import mistaken_for
from crashworthy.source.tree import SourceTree

# Written last: an environment without it was interrupted in the making.
_COMPLETE = "crashworthy.json"
_ASGI = frozenset({"fastapi", "starlette", "litestar", "quart"})
_ASGI_SERVERS = frozenset({"uvicorn", "hypercorn", "daphne", "granian"})
_DEFAULT_SERVER = "uvicorn"


@dataclass(frozen=True)
class PythonEnvironment:
    """An interpreter and where it is from. `packages` maps normalised names to versions."""

    python: Path
    version: str
    origin: Literal["given", "folder", "made"]
    packages: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def prepare_python(
    tree: SourceTree,
    *,
    emit: Emit,
    chosen: Path | None = None,
    allow_unknown: bool = False,
    allow_source: bool = False,
    needs: Sequence[str] = (),
    cache: Path | None = None,
    installer: Installer | None = None,
) -> PythonEnvironment:
    """Choose or make the service's interpreter.

    `chosen` is the user's interpreter or environment. `needs` are requirements beyond the declared ones.
    `allow_unknown` installs packages whose names look mistaken, `allow_source` also builds packages, which runs
    their code. `cache` is where made environments are kept (the XDG cache folder where None). Raises
    CrashworthyError with the remedy when there is no way.
    """
    notes = _Notes(emit)
    if chosen is not None:
        return _used(ask(chosen_interpreter(chosen)), "given", tree, notes)
    folders = _folders(tree)
    found, remarks = find_environment(folders)
    for remark in remarks:
        notes.warn(remark)
    if found is not None:
        return _used(ask(found), "folder", tree, notes)
    installer = installer or find_installer()
    declared = _declared(tree, folders, notes)
    declared.lines += needs
    _check(declared, allow_unknown=allow_unknown, allow_source=allow_source, notes=notes)
    made = _made(declared, tree, installer, cache or default_cache(), allow_source, notes)
    return PythonEnvironment(made.python, made.version, "made", made.packages, notes.all)


def default_cache() -> Path:
    """The folder for made environments."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "crashworthy" / "envs"


class _Notes:
    """What people are told, and what the report keeps."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self._kept: list[str] = []

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(self._kept)

    def tell(self, text: str) -> None:
        self._kept.append(text)
        self.emit(Note(text=text))

    def warn(self, text: str) -> None:
        self._kept.append(text)
        self.emit(Note(text=text, level="warning"))

    def progress(self, text: str) -> None:
        self.emit(StageStarted(stage="environment", detail=text))


def _folders(tree: SourceTree) -> list[Path]:
    """Where environments and requirements may be: the folders of the applications, then those around them."""
    found: list[Path] = []
    for application in tree.applications:
        folder = (tree.root / application.folder).resolve()
        root = tree.root.resolve()
        while folder != root and folder.is_relative_to(root):
            found.append(folder)
            folder = folder.parent
    return [folder for folder in dict.fromkeys((*found, tree.root)) if folder.is_dir()]


def _used(
    interpreter: Interpreter, origin: Literal["given", "folder"], tree: SourceTree, notes: _Notes
) -> PythonEnvironment:
    """An environment that is there already is used as it is; what it seems to lack is said."""
    words = {"given": "the interpreter that --python names", "folder": "the folder's own virtual environment"}
    notes.tell(f"Python {interpreter.version} from {words[origin]}: {interpreter.python}")
    _warn_unsupported(interpreter, notes)
    declared = next(filter(None, map(read_declared, _folders(tree))), None)
    lacking = [name for name in (declared.names if declared else ()) if name not in interpreter.packages]
    if lacking:
        notes.warn(f"it lacks packages that {declared.origin if declared else ''} names: {', '.join(lacking)}")
    if _wants_server(tree) and not _ASGI_SERVERS & interpreter.packages.keys():
        notes.warn(f"it has no ASGI server; {interpreter.python} -m pip install {_DEFAULT_SERVER} adds one")
    return PythonEnvironment(interpreter.python, interpreter.version, origin, interpreter.packages, notes.all)


def _warn_unsupported(interpreter: Interpreter, notes: _Notes) -> None:
    if interpreter.implementation != "cpython" or interpreter.version not in SUPPORTED:
        notes.warn(
            f"{interpreter.implementation} {interpreter.version} is not among those that the sensor knows "
            f"(CPython {SUPPORTED}): the service is tested from outside only"
        )


def _wants_server(tree: SourceTree) -> bool:
    return any(application.framework in _ASGI for application in tree.applications)


def _declared(tree: SourceTree, folders: list[Path], notes: _Notes) -> Declared:
    """The declared requirements, else those that the imports tell for certain."""
    for folder in folders:
        declared = read_declared(folder)
        if declared is not None and (declared.lines or declared.foreign or declared.elsewhere):
            if folder.resolve() != tree.root.resolve():
                declared.origin = f"{folder.resolve().relative_to(tree.root.resolve()).as_posix()}/{declared.origin}"
            return declared
    local = {file.module.split(".")[0] for file in tree.files}
    local |= {part for file in tree.files for part in Path(file.path).parts[:-1]}
    local |= {Path(file.path).stem for file in tree.files}
    known, unknown = packages_for(tree.imports, frozenset(local))
    if unknown:
        raise CrashworthyError(
            "The folder declares no requirements, and it imports modules whose packages crashworthy does not know: "
            f"{', '.join(unknown)}.",
            remedy="Write a requirements.txt, or point --python at an interpreter that has the packages.",
        )
    if known:
        notes.warn(f"no requirements are declared; by its imports the service needs: {', '.join(known)}")
    return Declared(origin="the imports", lines=known)


def _check(declared: Declared, *, allow_unknown: bool, allow_source: bool, notes: _Notes) -> None:
    """Stop before anything is installed that may be invented, or that would run foreign code."""
    mistaken = [(name, meant) for name in declared.names if (meant := mistaken_for(name)) is not None]
    if mistaken and not allow_unknown:
        listed = "; ".join(f"{name} is one letter from {meant}" for name, meant in mistaken)
        raise CrashworthyError(
            f"{declared.origin} names packages that may be mistaken or invented: {listed}.",
            remedy="Correct the name, or run again with --install all if it is meant.",
        )
    if declared.elsewhere:
        raise CrashworthyError(
            f"{declared.origin} takes packages from another place than the usual index: "
            f"{', '.join(declared.elsewhere)}. The usual index may have something else by that name.",
            remedy="Point --python at an environment that has them.",
        )
    if declared.foreign and not allow_source:
        raise CrashworthyError(
            f"{declared.origin} names packages by address instead of by name: {', '.join(declared.foreign)}.",
            remedy="Run again with --install all to fetch and build them, or use --python.",
        )
    for option in declared.options:
        notes.warn(f"{declared.origin} changes where packages come from: {option}")


def _made(
    declared: Declared, tree: SourceTree, installer: Installer, cache: Path, allow_source: bool, notes: _Notes
) -> Interpreter:
    """A cached environment with the declared packages, made now where there is none yet."""
    python = base_interpreter(declared.python, installer)
    base = ask(python)
    _warn_unsupported(base, notes)
    folder = cache / _key(declared, base, _wants_server(tree), allow_source)
    with _locked(folder):
        if not (folder / _COMPLETE).is_file():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, declared, python, tree, installer, allow_source, notes)
        else:
            os.utime(folder / _COMPLETE)
    kept = json.loads((folder / _COMPLETE).read_text("utf-8"))
    notes.tell(f"Python {base.version} with {len(kept['packages'])} packages from {declared.origin}")
    if kept["added"]:
        notes.tell(f"added, because the service needs a server and names none: {', '.join(kept['added'])}")
    return ask(folder / "bin" / "python")


def _make(
    folder: Path,
    declared: Declared,
    python: Path,
    tree: SourceTree,
    installer: Installer,
    allow_source: bool,
    notes: _Notes,
) -> None:
    notes.progress(f"finding out which packages {declared.origin} leads to")
    packages = installer.resolve(declared, python, allow_source=allow_source) if _asks(declared) else []
    added: list[str] = []
    if _wants_server(tree) and not _ASGI_SERVERS & {_name(package) for package in packages}:
        added = [_DEFAULT_SERVER]
        wider = Declared(declared.origin, [*declared.lines, *added], declared.constraints, declared.options)
        packages = installer.resolve(wider, python, allow_source=allow_source)
    listed = ", ".join(package.split(" ")[0] for package in packages)
    notes.tell(f"packages to install: {listed or 'none'}")
    notes.progress(f"installing {len(packages)} packages with {installer.name}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    installer.create(folder, python)
    if packages:
        installer.install(folder, packages, declared, allow_source=allow_source)
    kept = {"packages": packages, "added": added, "made": datetime.now(UTC).isoformat(timespec="seconds")}
    scratch = folder / f"{_COMPLETE}.new"
    scratch.write_text(json.dumps(kept, indent=1), "utf-8")
    scratch.replace(folder / _COMPLETE)


def _asks(declared: Declared) -> bool:
    return bool(declared.lines or declared.foreign)


def _name(package: str) -> str:
    return canonicalize_name(package.split("==")[0].split(" ")[0].strip())


def _key(declared: Declared, base: Interpreter, wants_server: bool, allow_source: bool) -> str:
    """The name of an environment's folder: it follows from all that decides what is in it."""
    decisive = [
        declared.lines,
        declared.constraints,
        declared.options,
        declared.foreign,
        wants_server,
        allow_source,
        base.version,
        str(base.prefix),
        platform.platform(),
    ]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:24]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time makes one environment; the others wait and find it made."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
