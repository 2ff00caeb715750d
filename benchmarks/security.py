"""How surely security weaknesses are proven, and how rarely healthy services accused: `python benchmarks/security.py`.

Each sick service below tests/sick_services is judged with each seed, and so is each healthy twin. Objectives: every
seed proves each sick service, no twin is accused with any. Seconds are those of one whole operation: all payloads, and
the trials that show what they hit. Exits 1 when an objective is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.finding import Judgement, Status
from crashworthy.core.weakness import Family, Severity
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.weaknesses.catalogue import CATALOGUE
from sick_services.catalog import ALL, EXPERIMENTS, SickService
from sick_services.stand import candidate_for, open_lab, service_file

# The families of the catalogue whose weaknesses somebody exploits.
FAMILIES = frozenset({Family.INJECTION, Family.ACCESS, Family.EXPOSURE, Family.CROSSSITE, Family.RESOURCE})


def judge(folder: str, service: SickService, name: str, seed: int) -> tuple[tuple[Judgement, ...], float]:
    """All judgements on a stand of its own, and the seconds that the trials took."""
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    file = service_file(folder, name)
    with open_lab(file, service.framework, service.api, seed=seed, postgresql=service.postgresql) as lab:
        candidate = candidate_for(experiment, lab, service.operation)
        began = time.monotonic()
        history = experiment.run(candidate, lab)
        seconds = time.monotonic() - began
        # A judgement names its weakness where that is not the one that the history was made for.
        named = (each.model_copy(update={"weakness": each.weakness or history.weakness}) for each in
                 experiment.judgements(history))  # fmt: skip
        return tuple(named), seconds


def accusations(judgements: tuple[Judgement, ...]) -> set[str]:
    """What a service is accused of, by weakness."""
    return {
        each.weakness or ""
        for each in judgements
        if each.status is Status.PROVEN and each.severity is not Severity.INFO
    }


def services(only: str) -> Iterator[tuple[str, str, SickService]]:
    """Folder, weakness and service."""
    for folder, listed in ALL.items():
        weakness = folder.replace("_", "-")
        if weakness in CATALOGUE and CATALOGUE[weakness].family in FAMILIES and only in weakness:
            for service in listed:
                if not service.postgresql or _has_postgresql():
                    yield folder, weakness, service


@dataclass
class Row:
    """What came of all services of one weakness, over all seeds."""

    sick: int = 0
    proven: int = 0
    twins: int = 0
    accused: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the objectives are met."""
        return self.proven == self.sick and not self.accused

    def count(self, weakness: str, found: set[str], *, is_sick: bool) -> bool:
        """Count one judgement; whether it was right."""
        if is_sick:
            self.sick += 1
            self.proven += weakness in found
            return weakness in found
        self.twins += 1
        self.accused += bool(found)
        return not found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a weakness's id")
    options = parser.parse_args()
    rows: dict[str, Row] = {}
    for folder, weakness, service in services(options.only):
        row = rows.setdefault(weakness, Row())
        for name in filter(None, (service.sick, *service.healthy)):
            for seed in range(options.seeds):
                judgements, seconds = judge(folder, service, name, seed)
                row.seconds.append(seconds)
                found = accusations(judgements)
                if not row.count(weakness, found, is_sick=name == service.sick):
                    print(f"{folder}/{name}, seed {seed}: {', '.join(sorted(found)) or 'nothing proven'}", flush=True)
    table = Table("weakness", "sick", "proven", "twins", "accused", "median s", "slowest s", "")
    for weakness, row in rows.items():
        counts = (str(number) for number in (row.sick, row.proven, row.twins, row.accused))
        times = (f"{median(row.seconds):.2f}", f"{max(row.seconds):.2f}")
        table.add_row(weakness, *counts, *times, "" if row.good else "MISSED")
    Console().print(table)
    return int(not all(row.good for row in rows.values()))


def _has_postgresql() -> bool:
    try:
        find_postgresql()
    except CrashworthyError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
