"""Open-source servers, run as they are installed: what is proven of them is listed, to be checked against their source.

Where a server has no routes that can be read, its operations stand in an OpenAPI document beside, and good requests in
a recording; both were written by hand from the server's documentation.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.security.cases import weaknesses

_HERE = Path(__file__).resolve().parents[1]
NAMES = ("datasette", "pypiserver", "radicale", "isso", "httpbin")
_BUDGET_S = 120


@dataclass(frozen=True)
class Tested:
    """What a run said; `proven` are title and what was seen."""

    name: str
    reached: int
    operations: int
    held: int
    unknown: int
    proven: tuple[tuple[str, str], ...]


def tested(names: Sequence[str], seed: int) -> Iterator[Tested]:
    """Each of these servers with all weaknesses that somebody exploits."""
    for name in names:
        yield _run(name, seed)


def _run(name: str, seed: int) -> Tested:
    beside = _HERE / "security_servers" / name
    starter = _HERE / "driver_services" / f"real_{name}" / "service"
    folder = starter if starter.exists() else beside
    with tempfile.TemporaryDirectory(prefix="cw-server-") as state:
        report = Path(state) / "report.json"
        command = [sys.executable, "-m", "crashworthy.interfaces.cli.main", "test", str(folder), "--no-ledger"]
        command += ["--budget", str(_BUDGET_S), "--seed", str(seed), "--install", "all"]
        command += ["--format", "json", "--output", str(report)]
        for option, file in (("--openapi", "openapi.json"), ("--recording", "requests.http")):
            if (beside / file).exists():
                command += [option, str(beside / file)]
        for weakness in weaknesses():
            command += ["--only", weakness]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env={**os.environ, "XDG_STATE_HOME": state})
        found = json.loads(report.read_text(encoding="utf-8"))
    status = [each["status"] for each in found["findings"]]
    return Tested(
        name=name,
        reached=sum(each["reached"] for each in found["operations"]),
        operations=len(found["operations"]),
        held=status.count("held"),
        unknown=status.count("unknown"),
        proven=tuple((f["title"], f["seen"]) for f in found["findings"] if f["status"] == "proven"),
    )
