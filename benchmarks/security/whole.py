"""The whole security set on one service, as a user runs `crashworthy test`: how long it takes, and what it proves."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.security.cases import weaknesses

# These wait or measure by design, so that more of them take longer whatever the machine.
TIMED = frozenset(
    {"user-enumeration", "unlimited-guessing", "cost-by-number", "expanding-input", "slow-pattern", "unbounded-body"}
)
_BUDGET_S = 300


@dataclass(frozen=True)
class Whole:
    """`seconds` of all experiments on the clock; `cpu_s` of the whole run, learning and starting among them.

    `left` are candidates that had no turn, `proven` the titles of findings.
    """

    operations: int
    reached: int
    seconds: float
    cpu_s: float
    proven: tuple[str, ...]
    left: int


def measured(folder: Path, seed: int, *, timed: bool = False) -> Whole:
    """One run, without the timed weaknesses unless they are asked for, with time enough for all others."""
    with tempfile.TemporaryDirectory(prefix="cw-whole-") as state:
        report = Path(state) / "report.json"
        command = [sys.executable, "-m", "crashworthy.interfaces.cli.main", "test", str(folder), "--no-ledger"]
        command += ["--budget", str(_BUDGET_S), "--seed", str(seed), "--format", "json", "--output", str(report)]
        for weakness in sorted({*weaknesses()} - (frozenset() if timed else TIMED)):
            command += ["--only", weakness]
        before = _cpu_s()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env={**os.environ, "XDG_STATE_HOME": state})
        used = _cpu_s() - before
        found = json.loads(report.read_text(encoding="utf-8"))
    return Whole(
        operations=len(found["operations"]),
        reached=sum(each["reached"] for each in found["operations"]),
        seconds=found["duration_s"],
        cpu_s=used,
        proven=tuple(each["title"] for each in found["findings"] if each["status"] == "proven"),
        left=sum("budget" in each["why"] for each in found["not_tried"]),
    )


def _cpu_s() -> float:
    """Seconds of CPU that children which have ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
