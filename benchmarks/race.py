"""How surely races are proven and how rarely healthy services accused: `python benchmarks/race.py [--seeds 20]`.

Each sick service of tests/sick_services/lost_update is judged with that many seeds, each healthy twin until it has
been through enough concurrent trials. Objectives: at least 19 of 20 seeds prove the lost update on each sick
service, and no accusation in 200 concurrent trials of each kind of healthy twin. Exits 1 when one is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.finding import Judgement, Status
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.lab.experiments.concurrency.lost_update import LostUpdate
from sick_services.catalog import LOST_UPDATE, SickService
from sick_services.stand import candidate_for, open_lab, service_file

SHARE = 0.95


def judge(service: SickService, name: str, seed: int) -> Judgement:
    """Run the experiment once, on a stand of its own."""
    experiment = LostUpdate()
    file = service_file("lost_update", name)
    with open_lab(file, service.framework, service.api, seed=seed, postgresql=service.postgresql) as lab:
        return experiment.judge(experiment.run(candidate_for(experiment, lab, service.operation), lab))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=200, help="concurrent trials on all healthy twins together")
    parser.add_argument("--only", default="", help="part of a service's name")
    options = parser.parse_args()
    table = Table("service", "runs", "proven", "concurrent trials", "median s", "")
    missed = False
    healthy_trials = accusations = 0
    twins = [(s, name) for s in LOST_UPDATE for name in s.healthy if options.only in name]
    for service in LOST_UPDATE:
        if service.sick is None or options.only not in service.sick or not _possible(service):
            continue
        seconds, proven, trials = [], 0, 0
        for seed in range(options.seeds):
            began = time.monotonic()
            judgement = judge(service, service.sick, seed)
            seconds.append(time.monotonic() - began)
            proven += judgement.status is Status.PROVEN
            trials += judgement.trials
        good = proven >= SHARE * options.seeds
        missed = missed or not good
        middle = sorted(seconds)[len(seconds) // 2]
        table.add_row(
            service.sick, str(options.seeds), str(proven), str(trials), f"{middle:.1f}", "" if good else "MISSED"
        )
    seed = 0
    while twins and healthy_trials < options.trials:
        for service, name in twins:
            if not _possible(service):
                continue
            judgement = judge(service, name, seed)
            accused = judgement.status is Status.PROVEN
            accusations += accused
            healthy_trials += judgement.trials
            table.add_row(name, "1", str(int(accused)), str(judgement.trials), "", "ACCUSED" if accused else "")
        seed += 1
    Console().print(table)
    print(f"healthy twins: {accusations} accusations in {healthy_trials} concurrent trials (objective: 0 in 200)")
    return int(missed or accusations > 0)


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
