"""How surely races are proven and how rarely healthy services accused: `python benchmarks/race.py [--seeds 20]`.

Each sick service of tests/sick_services/lost_update and crash_under_concurrency is judged with that many seeds, each
healthy twin until all have been through enough concurrent trials. Objectives: at least 19 of 20 seeds prove the
weakness on each sick service, and no accusation, of either weakness, in 200 concurrent trials of healthy twins.
Exits 1 when one is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.finding import Judgement, Status
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.lab.experiments.concurrency.lost_update import LostUpdate
from sick_services.catalog import ALL, SickService
from sick_services.stand import candidate_for, open_lab, service_file

SHARE = 0.95
FOLDERS = ("lost_update", "crash_under_concurrency")


def judge(folder: str, service: SickService, name: str, seed: int) -> Sequence[Judgement]:
    """Run the experiment once, on a stand of its own."""
    experiment = LostUpdate()
    file = service_file(folder, name)
    with open_lab(
        file, service.framework, service.api, seed=seed, postgresql=service.postgresql, redis=service.redis
    ) as lab:
        return experiment.judgements(experiment.run(candidate_for(experiment, lab, service.operation), lab))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=200, help="concurrent trials on all healthy twins together")
    parser.add_argument("--only", default="", help="part of a service's name")
    options = parser.parse_args()
    table = Table("service", "runs", "proven", "concurrent trials", "median s", "")
    missed = False
    healthy_trials = accusations = 0
    services = [(folder, service) for folder in FOLDERS for service in ALL[folder]]
    twins = [(folder, s, name) for folder, s in services for name in s.healthy if options.only in name]
    for folder, service in services:
        if service.sick is None or options.only not in service.sick or not _possible(service):
            continue
        seconds, proven, trials = [], 0, 0
        for seed in range(options.seeds):
            began = time.monotonic()
            found = judge(folder, service, service.sick, seed)
            seconds.append(time.monotonic() - began)
            proven += any(each.status is Status.PROVEN and each.weakness == weakness_of(folder) for each in found)
            trials += found[0].trials
        good = proven >= SHARE * options.seeds
        missed = missed or not good
        middle = sorted(seconds)[len(seconds) // 2]
        table.add_row(
            service.sick, str(options.seeds), str(proven), str(trials), f"{middle:.1f}", "" if good else "MISSED"
        )
    seed = 0
    while twins and healthy_trials < options.trials:
        for folder, service, name in twins:
            if not _possible(service):
                continue
            found = judge(folder, service, name, seed)
            accused = any(each.status is Status.PROVEN for each in found)
            accusations += accused
            healthy_trials += found[0].trials
            table.add_row(name, "1", str(int(accused)), str(found[0].trials), "", "ACCUSED" if accused else "")
        seed += 1
    Console().print(table)
    print(f"healthy twins: {accusations} accusations in {healthy_trials} concurrent trials (objective: 0 in 200)")
    return int(missed or accusations > 0)


def weakness_of(folder: str) -> str:
    return folder.replace("_", "-")


def _possible(service: SickService) -> bool:
    if not service.postgresql:
        return True
    try:
        find_postgresql()
    except CrashworthyError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
