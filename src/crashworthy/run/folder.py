"""The folder of a run in the XDG state folder: the service's copy, the histories, the report."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.history import History
from crashworthy.core.report import RunReport
from crashworthy.lab.traffic.export.saved import SavedPlaybook


def state_home() -> Path:
    """`$XDG_STATE_HOME/crashworthy`, by the XDG Base Directory Specification."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "crashworthy"


def runs_home() -> Path:
    """Where the folders of all runs are."""
    return state_home() / "runs"


def new_run_id() -> str:
    """Such as `20261120-0510-3f9c2a`: sorts by time, is unique, and can be typed."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M}-{secrets.token_hex(3)}"


# A copy of more than this is not held in memory, and takes longer to make again than it is worth.
_MOST_FILES = 4_000
_MOST_BYTES = 100 * 1024**2


# What a copy does without: versions, environments and caches.
_LEFT_BEHIND = (".git", ".hg", ".venv", "venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox")


@dataclass(frozen=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def id(self) -> str:
        """The run's id, which is the folder's name."""
        return self.path.name

    @property
    def service(self) -> Path:
        """All that the service reads and writes while the run lasts, on one file system: it may rename across it."""
        return self.path / "service"

    @property
    def copy(self) -> Path:
        """The service's copy, in which it runs."""
        return self.service / "copy"

    @property
    def temporary(self) -> Path:
        """What the service sees as its folder for temporary files."""
        return self.service / "tmp"

    @property
    def report_file(self) -> Path:
        """The report as JSON."""
        return self.path / "report.json"

    @property
    def job_file(self) -> Path:
        """What the engine was asked to do, as JSON."""
        return self.path / "job.json"

    @property
    def learned_file(self) -> Path:
        """What the driver learned, for later runs of the same service."""
        return self.path / "learned.json"

    @property
    def memory_file(self) -> Path:
        """What the driver learned in an earlier run of the same service, if there was one."""
        return self.path / "memory.json"

    @property
    def log_file(self) -> Path:
        """What the engine itself printed."""
        return self.path / "engine.log"

    def save_history(self, history: History) -> None:
        """Keep a history; called before it is judged."""
        write_atomically(self.path / "histories" / f"{history.id}.json", history.model_dump_json())

    def histories(self) -> Iterator[History]:
        """All saved histories, in the order in which they were made."""
        files = sorted((self.path / "histories").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        for file in files:
            yield History.model_validate_json(file.read_bytes())

    def history(self, history_id: str) -> History:
        """One saved history."""
        file = self.path / "histories" / f"{history_id}.json"
        if not file.is_file():
            raise CrashworthyError(f"run {self.id} has no history {history_id}")
        return History.model_validate_json(file.read_bytes())

    def save_playbook(self, saved: SavedPlaybook) -> None:
        """Keep what was learned of the API."""
        write_atomically(self.path / "playbook.json", saved.model_dump_json())

    def playbook(self) -> SavedPlaybook:
        """What was learned of the API."""
        file = self.path / "playbook.json"
        if not file.is_file():
            raise CrashworthyError(
                f"run {self.id} has no playbook: it ended before the API was learned, or is of an older version",
                remedy="Run `crashworthy test` again.",
            )
        return SavedPlaybook.model_validate_json(file.read_bytes())

    def save_report(self, report: RunReport) -> None:
        """Keep the report."""
        write_atomically(self.report_file, report.model_dump_json(indent=1))

    def report(self) -> RunReport:
        """The saved report."""
        if not self.report_file.is_file():
            raise CrashworthyError(
                f"run {self.id} has no report: it is a replay, goes on still, or was ended before it could write one",
                remedy="Wait for it, or run `crashworthy test` again; what it saved is in "
                + str(self.path / "histories"),
            )
        return RunReport.model_validate_json(self.report_file.read_bytes())

    @property
    def lanes(self) -> Path:
        """The folders of further copies of the service that run beside the first."""
        return self.service / "lanes"

    def has_small_copy(self) -> bool:
        """Whether the service's copy can be held in memory, and made several times."""
        files = size = 0
        for path in self.copy.rglob("*"):
            files, size = files + 1, size + path.lstat().st_size
            if files > _MOST_FILES or size > _MOST_BYTES:
                return False
        return True

    def remove_lanes(self) -> None:
        """Delete the further copies, which hold nothing that the first does not."""
        shutil.rmtree(self.lanes, ignore_errors=True)

    def remove_service_files(self) -> None:
        """Delete the service's copy, its data and its temporary files; histories and the report stay."""
        shutil.rmtree(self.service, ignore_errors=True)


def copy_source(source: Path, target: Path) -> None:
    """Copy a service's folder, without what it can be made anew from. The copy can be written, whatever the source."""
    shutil.copytree(
        source,
        target,
        symlinks=True,
        ignore_dangling_symlinks=True,
        ignore=shutil.ignore_patterns(*_LEFT_BEHIND),
    )
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | stat.S_IWUSR | stat.S_IRUSR)


def create_run_folder() -> RunFolder:
    """A new, empty folder for a run."""
    folder = RunFolder(runs_home() / new_run_id())
    folder.path.mkdir(parents=True, mode=0o700)
    (folder.path / "histories").mkdir()
    folder.temporary.mkdir(parents=True)
    return folder


def find_run(name: str) -> RunFolder:
    """The run called `name`: its id, the beginning of its id, "last", or a path to its folder.

    "last" is the last run that has a report, so that a replay or a run that goes on now does not hide it.
    """
    if Path(name).is_dir() and (Path(name) / "job.json").is_file():
        return RunFolder(Path(name).resolve())
    # A folder without a job was never more than begun.
    begun = {path.parent: path.stat().st_mtime_ns for path in runs_home().glob("*/job.json")}
    runs = sorted(begun, key=lambda path: begun[path])
    if not runs:
        raise CrashworthyError("there is no saved run yet", remedy="Start one with `crashworthy test PATH`.")
    if name == "last":
        return next((run for run in map(RunFolder, reversed(runs)) if run.report_file.is_file()), RunFolder(runs[-1]))
    matching = [path for path in runs if path.name.startswith(name)] if re.fullmatch(r"[\w-]+", name) else []
    if len(matching) == 1:
        return RunFolder(matching[0])
    recent = ", ".join(path.name for path in runs[-5:])
    problem = "several runs begin" if matching else "no run begins"
    raise CrashworthyError(f"{problem} with {name!r}", remedy=f"The latest runs are {recent}; `last` names the last.")


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or nothing, also when the process is killed in the middle."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8", errors="surrogateescape")
    partial.replace(path)
