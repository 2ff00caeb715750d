"""Interpreters: those that are there, and what is in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.environment.installer import Installer, Uv

# Those that the sensor knows.
SUPPORTED = SpecifierSet(">=3.11,<3.15")
_ANSWER_S = 30.0
_USUAL_NAMES = (".venv", "venv", "env", ".env", "virtualenv")
_QUESTION = """
import importlib.metadata, json, sys
print(json.dumps({
    "version": ".".join(map(str, sys.version_info[:3])),
    "implementation": sys.implementation.name,
    "prefix": sys.prefix,
    "packages": {d.metadata["Name"]: d.version for d in importlib.metadata.distributions() if d.metadata["Name"]},
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter and the packages (by normalised name) that it has."""

    python: Path
    version: str
    implementation: str
    prefix: Path
    packages: dict[str, str] = field(default_factory=dict)


def ask(python: Path) -> Interpreter:
    """Run an interpreter and ask it about itself. It runs isolated: nothing of the present folder is imported."""
    environment = {"PATH": os.defpath, "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=_ANSWER_S,
            env=environment,
            stdin=subprocess.DEVNULL,
            cwd="/",
        )
        told = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        raise CrashworthyError(
            f"{python} does not work as a Python interpreter.",
            remedy="Make the virtual environment anew, or name another interpreter with --python.",
            details=str(error),
        ) from error
    return Interpreter(
        python=python,
        version=told["version"],
        implementation=told["implementation"],
        prefix=Path(told["prefix"]),
        packages={canonicalize_name(name): version for name, version in told["packages"].items()},
    )


def chosen_interpreter(chosen: Path) -> Path:
    """The interpreter that a user named: a program, or the folder of an environment."""
    for path in (chosen, chosen / "bin" / "python", chosen / "Scripts" / "python.exe"):
        if path.is_file() and os.access(path, os.X_OK):
            return _absolute(path)
    raise CrashworthyError(
        f"--python names {chosen}, which is neither an interpreter nor an environment with bin/python."
    )


def find_environment(folders: list[Path]) -> tuple[Path | None, list[str]]:
    """The interpreter of a folder's own virtual (or conda) environment, and notes about those that do not work."""
    notes: list[str] = []
    for folder in folders:
        usual = [folder / name for name in _USUAL_NAMES]
        others = [path for path in sorted(folder.iterdir()) if path.is_dir() and path not in usual]
        for place in (*usual, *others):
            if not ((place / "pyvenv.cfg").is_file() or (place / "conda-meta").is_dir()):
                continue
            python = place / "bin" / "python"
            if python.exists() and os.access(python, os.X_OK):
                return _absolute(python), notes
            notes.append(f"{place.name}/ is a virtual environment without a working interpreter; it is not used")
    return None, notes


def _of_pyenv() -> list[tuple[str, Path]]:
    """Interpreters of pyenv, whose stand-ins on PATH only work for the version that is switched on."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [(path.parent.parent.name, path) for path in root.glob("versions/*/bin/python")]
    return [(version, path) for version, path in found if re.fullmatch(r"3\.\d+\.\d+", version)]


def _absolute(path: Path) -> Path:
    """Absolute, but with its links: that inside an environment is what makes it that environment."""
    return Path.cwd() / path


def base_interpreter(wanted: str | None, installer: Installer) -> Path:
    """An interpreter of this machine to make an environment with: ours where it fits, else another that does."""
    try:
        specifiers = SpecifierSet(wanted or "")
    except InvalidSpecifier as error:
        raise CrashworthyError(f"The service wants a Python version that is none: {wanted!r}") from error
    ours = ".".join(str(part) for part in sys.version_info[:3])
    if ours in specifiers:
        base: str = getattr(sys, "_base_executable", sys.executable)
        return Path(base)
    others: list[tuple[str, Path]] = [*_of_pyenv(), *(installer.interpreters() if isinstance(installer, Uv) else ())]
    fitting = [(version, path) for version, path in others if version in specifiers and version in SUPPORTED]
    if fitting:
        return max(fitting, key=lambda each: Version(each[0]))[1]
    raise CrashworthyError(
        f"The service wants Python {wanted}; this is {ours}, and no other interpreter that fits was found.",
        remedy="Install one (uv python install, pyenv, the system's packages), or name one with --python.",
    )
