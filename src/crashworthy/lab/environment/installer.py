"""What installs packages: uv, and pip where uv is missing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import uv

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.environment.declared import Declared
from crashworthy.lab.environment.pip_settings import uv_environment

_PATIENCE_S = 900.0
_LAST_LINES = 14
_ONLY_WHEELS = ("--only-binary", ":all:")
_NOT_FOUND = re.compile(
    r"Because ([\w.-]+) was not found in the (?:package registry|provided package locations)"
    r"|No matching distribution found for ([\w.-]+)"
)
_NO_WHEEL = re.compile(r"no usable wheels|no wheels with a matching|building from source is disabled", re.IGNORECASE)
_OFFLINE = re.compile(
    r"client error \(Connect\)|Failed to fetch|Connection refused|Temporary failure in name resolution"
    r"|NewConnectionError|dns error",
    re.IGNORECASE,
)


class Installer(Protocol):
    """Resolves requirements and fills virtual environments. Errors are CrashworthyErrors with the last lines."""

    name: str

    def resolve(self, declared: Declared, python: Path, *, allow_source: bool) -> list[str]:
        """The exact packages ("name==version", ...) that the requirements lead to; installs nothing."""

    def create(self, folder: Path, python: Path) -> None:
        """Make an empty virtual environment."""

    def install(self, folder: Path, packages: Sequence[str], declared: Declared, *, allow_source: bool) -> None:
        """Install exactly these packages."""


def find_installer(caller: Mapping[str, str] | None = None) -> Installer:
    """uv, which comes with crashworthy; pip where there is no uv for this platform."""
    caller = os.environ if caller is None else caller
    try:
        return Uv(Path(uv.find_uv_bin()), uv_environment(caller))
    except FileNotFoundError:
        return Pip(dict(caller))


class Uv:
    """The installer uv."""

    name = "uv"

    def __init__(self, program: Path, environment: dict[str, str]) -> None:
        self._program = program
        self._environment = {**environment, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}

    def resolve(self, declared: Declared, python: Path, *, allow_source: bool) -> list[str]:
        """The exact packages, by `uv pip compile`."""
        with tempfile.TemporaryDirectory(prefix="crashworthy-") as scratch:
            wanted = _write(Path(scratch), "requirements.in", [*declared.options, *declared.lines, *declared.foreign])
            options = ["--no-header", "--no-annotate", "--no-emit-index-url", "--python", str(python)]
            if declared.constraints:
                options += ["--constraints", str(_write(Path(scratch), "constraints.txt", declared.constraints))]
            if any("--hash" in line for line in declared.lines):
                options.append("--generate-hashes")
            if not allow_source:
                options += _ONLY_WHEELS
            printed = self._run("pip", "compile", "--quiet", *options, str(wanted))
        lines = printed.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]

    def create(self, folder: Path, python: Path) -> None:
        """Make an empty virtual environment."""
        self._run("venv", "--quiet", "--no-project", "--python", str(python), str(folder))

    def install(self, folder: Path, packages: Sequence[str], declared: Declared, *, allow_source: bool) -> None:
        """Install exactly these packages."""
        with tempfile.TemporaryDirectory(prefix="crashworthy-") as scratch:
            wanted = _write(Path(scratch), "requirements.txt", [*declared.options, *packages])
            # Compiled now, because the service cannot write beside its packages at run time.
            options = ["--no-deps", "--compile-bytecode", "--python", str(folder), "--requirements", str(wanted)]
            if not allow_source:
                options += _ONLY_WHEELS
            self._run("pip", "install", "--quiet", *options)

    def interpreters(self) -> list[tuple[str, Path]]:
        """Version and path of the interpreters that are installed on this machine."""
        try:
            listed = json.loads(self._run("python", "list", "--only-installed", "--output-format", "json"))
        except (CrashworthyError, ValueError):
            return []
        return [
            (entry["version"], Path(entry["path"]))
            for entry in listed
            if entry.get("path") and entry.get("implementation") == "cpython"
        ]

    def _run(self, *words: str) -> str:
        # Run where no project of the service can configure it.
        with tempfile.TemporaryDirectory(prefix="crashworthy-") as scratch:
            return _run([str(self._program), *words], self._environment, Path(scratch))


class Pip:
    """The installer pip, with the venv of the standard library."""

    name = "pip"

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = {**environment, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}

    def resolve(self, declared: Declared, python: Path, *, allow_source: bool) -> list[str]:
        """The exact packages, by `pip install --dry-run --report`, in a scratch environment."""
        with tempfile.TemporaryDirectory(prefix="crashworthy-") as scratch:
            self.create(Path(scratch) / "venv", python)
            wanted = _write(Path(scratch), "requirements.txt", [*declared.options, *declared.lines, *declared.foreign])
            options = ["--dry-run", "--quiet", "--report", "-", "--requirement", str(wanted)]
            if declared.constraints:
                options += ["--constraint", str(_write(Path(scratch), "constraints.txt", declared.constraints))]
            if not allow_source:
                options += _ONLY_WHEELS
            report = json.loads(self._pip(Path(scratch) / "venv", "install", *options))
        found = [entry["metadata"] for entry in report["install"]]
        return sorted(f"{metadata['name']}=={metadata['version']}" for metadata in found)

    def create(self, folder: Path, python: Path) -> None:
        """Make an empty virtual environment."""
        _run([str(python), "-m", "venv", str(folder)], self._environment, folder.parent)

    def install(self, folder: Path, packages: Sequence[str], declared: Declared, *, allow_source: bool) -> None:
        """Install exactly these packages."""
        with tempfile.TemporaryDirectory(prefix="crashworthy-") as scratch:
            wanted = _write(Path(scratch), "requirements.txt", [*declared.options, *packages])
            options = ["--quiet", "--no-deps", "--requirement", str(wanted)]
            if not allow_source:
                options += _ONLY_WHEELS
            self._pip(folder, "install", *options)

    def _pip(self, folder: Path, *words: str) -> str:
        return _run([str(folder / "bin" / "python"), "-m", "pip", *words], self._environment, folder)


def _write(folder: Path, name: str, lines: Sequence[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> str:
    """What the command prints; a CrashworthyError with its last words when it fails."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=dict(environment),
            cwd=folder,
            timeout=_PATIENCE_S,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise CrashworthyError(f"The packages were not installed within {_PATIENCE_S / 60:.0f} minutes.") from error
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.strip() or done.stdout.strip()
    raise _failure(said)


def _failure(said: str) -> CrashworthyError:
    details = "\n".join(said.splitlines()[-_LAST_LINES:])
    if missing := [one or other for one, other in _NOT_FOUND.findall(said)]:
        names = ", ".join(dict.fromkeys(missing))
        return CrashworthyError(
            f"The service requires a package that the index does not have: {names}. It may be invented.",
            remedy="Correct the name in the requirements, or point --python at an interpreter that has it.",
            details=details,
        )
    if _NO_WHEEL.search(said):
        return CrashworthyError(
            "A package that the service requires is not there as a wheel for this interpreter; building it would "
            "run its code.",
            remedy="Run again with --install all to allow that, pin a version that has wheels, or use --python.",
            details=details,
        )
    if _OFFLINE.search(said):
        return CrashworthyError(
            "The package index cannot be reached.",
            remedy="Go online, name an index in the settings of uv or pip, or point --python at an interpreter that "
            "has the service's packages.",
            details=details,
        )
    return CrashworthyError(
        "The service's packages cannot be installed.",
        remedy="Mend the requirements, or point --python at an interpreter that has the packages.",
        details=details,
    )
