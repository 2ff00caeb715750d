"""Runs the real command line on tiny services, in a state folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest


@dataclass
class Outcome:
    """What a command left behind. `report` is the JSON report, if it was written."""

    code: int
    out: str
    err: str
    seconds: float
    report: dict[str, Any] | None
    state: Path

    def left_over(self) -> list[str]:
        """Command lines of processes that belong to this state folder and still run."""
        mine = str(self.state)
        return [" ".join(line) for line in command_lines() if any(mine in word for word in line)]


def command_lines() -> list[list[str]]:
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            found.append([*process.cmdline(), environment.get("CRASHWORTHY_ROOT", ""), environment.get("HOME", "")])
        except (psutil.Error, OSError):
            continue
    return found


Crash = Callable[..., Outcome]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def environment(state: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "XDG_CACHE_HOME") if name in os.environ}
    return {**kept, "XDG_STATE_HOME": str(state), "NO_COLOR": "1", "COLUMNS": "120"}


@pytest.fixture
def crashworthy(state: Path, environment: dict[str, str]) -> Crash:
    """Runs `crashworthy WORDS...`."""

    def run(*words: str, timeout: float = 120, cwd: Path | None = None) -> Outcome:
        began = time.monotonic()
        result = subprocess.run(
            [sys.executable, "-m", "crashworthy.interfaces.cli.main", *words],
            capture_output=True,
            text=True,
            errors="replace",
            env=environment,
            cwd=cwd,
            timeout=timeout,
            check=False,
        )
        seconds = time.monotonic() - began
        return Outcome(result.returncode, result.stdout, result.stderr, seconds, None, state)

    return run


@pytest.fixture
def crash_test(crashworthy: Crash, tmp_path: Path) -> Crash:
    """Runs `crashworthy test FOLDER` with this interpreter's packages and reads the JSON report."""

    def run(folder: Path, *words: str, budget: float = 20, timeout: float = 120) -> Outcome:
        output = tmp_path / "report.json"
        outcome = crashworthy(
            "test", str(folder), "--python", sys.executable, "--budget", str(budget), "--seed", "1",
            "--format", "json", "--output", str(output), *words, timeout=timeout,
        )  # fmt: skip
        if output.exists():
            outcome.report = json.loads(output.read_text())
        return outcome

    return run


@pytest.fixture
def service(tmp_path: Path) -> Callable[..., Path]:
    """Writes the files of a tiny service: `service(app="...")` makes app.py."""

    def write(**files: str) -> Path:
        folder = tmp_path / "service"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name.replace("__", ".")).with_suffix("" if "__" in name else ".py").write_text(text)
        return folder

    return write
