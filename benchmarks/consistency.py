"""How surely repetitions, half-done requests and losses at restarts are proven: `python benchmarks/consistency.py`.

Each sick service of tests/sick_services/consistency.py and several.py is judged with `--seeds` seeds, and each healthy
twin as often. Objectives: at least 19 of 20 seeds prove each sick service, and no healthy twin is accused. It also
prints how many fresh copies a second were played on, which the start of the service decides. Exits 1 when an objective
is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from crashworthy.core.finding import Status
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.lab.experiments.trial import Recorder
from sick_services import consistency, several
from sick_services.catalog import LOST_UPDATE
from sick_services.service import SickService
from sick_services.stand import candidate_for, open_lab, service_file

ALL = {**consistency.ALL, **several.ALL}
EXPERIMENTS = {**consistency.EXPERIMENTS, **several.EXPERIMENTS}
SHARE = 0.95
TRIALS = 100


@dataclass
class Row:
    """What came of the runs on one service."""

    name: str
    runs: int = 0
    proven: int = 0
    trials: int = 0
    seconds: float = 0.0


def judge(folder: str, service: SickService, name: str, seeds: int) -> Row:
    """Run the experiment with each seed, on a stand of its own."""
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    row = Row(f"{folder}/{name}")
    for seed in range(seeds):
        file = service_file(folder, name)
        promises = {"idempotent": service.idempotent, "workers": service.workers}
        with open_lab(file, service.framework, service.api, seed=seed, **promises) as lab:
            began = time.monotonic()
            history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
            row.seconds += time.monotonic() - began
            row.runs += 1
            row.trials += len(history.trials)
            row.proven += any(each.status is Status.PROVEN for each in experiment.judgements(history))
    return row


def copies_per_second(service: SickService) -> float:
    """Trials of one request and what it is read back by, each on a fresh copy."""
    assert service.sick is not None
    file = service_file("lost_update", service.sick)
    with open_lab(file, service.framework, service.api, postgresql=service.postgresql) as lab:
        base = ground((service.operation,), lab.playbook, lab.operations)
        assert base is not None
        scenario = Scenario(setup=base.setup, attack=(base.bound(base.steps[0], 1),), observe=base.observe)
        recorder = Recorder(lab, "benchmark")
        began = time.monotonic()
        for _ in range(TRIALS):
            recorder.play(scenario, "control")
        return TRIALS / (time.monotonic() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--only", default="", help="part of a service's name")
    options = parser.parse_args()
    table = Table("service", "runs", "proven", "trials", "s per run", "")
    missed = False
    accused = healthy_trials = 0
    for folder, services in ALL.items():
        for service in services:
            for name in filter(None, (service.sick, *service.healthy)):
                if options.only not in name:
                    continue
                row = judge(folder, service, name, options.seeds)
                good = row.proven >= SHARE * row.runs if name == service.sick else not row.proven
                if name != service.sick:
                    accused, healthy_trials = accused + row.proven, healthy_trials + row.trials
                missed = missed or not good
                each_s = f"{row.seconds / row.runs:.1f}"
                verdict = "" if good else "MISSED"
                table.add_row(row.name, str(row.runs), str(row.proven), str(row.trials), each_s, verdict)
    Console().print(table)
    print(f"healthy twins: {accused} accusations in {healthy_trials} trials (objective: 0 in 1,000)")
    for service in LOST_UPDATE:
        if service.name in ("flask_sqlite", "flask_postgresql"):
            print(f"{service.name}: {copies_per_second(service):.1f} trials on fresh copies per second")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
