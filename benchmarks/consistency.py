"""How surely repetitions, half-done requests, restarts, odd amounts and the like are proven.

`python benchmarks/consistency.py [--seeds 20] [--minutes M] [--only PART]`

Each sick service of tests/sick_services/consistency.py, several.py and adding.py is judged with `--seeds` seeds, and
each healthy twin as often; with `--minutes`, as many rounds of all of them as fit. Objectives: at least 19 of 20 seeds
prove each sick service, within 20 s, and no healthy twin is accused. It also prints how often the interleaving of a
race on an asyncio service shows it again from its seed (objective: 99 of 100), and how many trials on fresh copies a
second were played, which the start of the service decides. Exits 1 when an objective is missed.
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
from crashworthy.core.scenario import Interleaving, Scenario
from crashworthy.lab.experiments.concurrency.plays import serial_plays, together
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.lab.experiments.trial import Recorder
from sick_services import adding, consistency, several
from sick_services.catalog import LOST_UPDATE
from sick_services.service import SickService
from sick_services.stand import candidate_for, open_lab, service_file

ALL = {**consistency.ALL, **several.ALL, **adding.ALL}
EXPERIMENTS = {**consistency.EXPERIMENTS, **several.EXPERIMENTS, **adding.EXPERIMENTS}
SHARE = 0.95
TRIALS = 100
REPLAYS = 100
LONGEST_S = 20.0
ON_ASYNCIO = ("fastapi_async_memory", "fastapi_seats")


@dataclass
class Row:
    """What came of the runs on one service."""

    name: str
    runs: int = 0
    proven: int = 0
    trials: int = 0
    seconds: float = 0.0
    longest_s: float = 0.0


def judge(folder: str, service: SickService, name: str, seed: int, row: Row) -> None:
    """Run the experiment with that seed, on a stand of its own."""
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    file = service_file(folder, name)
    with open_lab(
        file,
        service.framework,
        service.api,
        seed=seed,
        postgresql=service.postgresql,
        idempotent=service.idempotent,
        workers=service.workers,
    ) as lab:
        began = time.monotonic()
        history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
        took = time.monotonic() - began
        row.seconds, row.longest_s = row.seconds + took, max(row.longest_s, took)
        row.runs += 1
        row.trials += len(history.trials)
        row.proven += any(each.status is Status.PROVEN for each in experiment.judgements(history))


def rounds(wanted: list[tuple[str, SickService, str]], seeds: int, minutes: float | None) -> dict[tuple[str, str], Row]:
    """All services with one seed after the other, until the time is up where it is given."""
    rows = {(folder, name): Row(f"{folder}/{name}") for folder, _, name in wanted}
    began = time.monotonic()
    for seed in range(seeds):
        for folder, service, name in wanted:
            judge(folder, service, name, seed, rows[folder, name])
        spent = time.monotonic() - began
        if minutes is not None and spent * (seed + 2) / (seed + 1) > minutes * 60:
            break
    return rows


def replays(service: SickService) -> str:
    """How often the interleaving of a proof shows the race, in one play each."""
    experiment = next(each for each in REGISTRY if each.id == "lost-update")
    assert service.sick is not None
    with open_lab(service_file("lost_update", service.sick), service.framework, service.api, budget_s=600) as lab:
        history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
        found = experiment.judgements(history)[0].scenario
        if found is None:
            return "not proven"
        serial, recorder = found.model_copy(update={"interleaving": Interleaving.SERIAL}), Recorder(lab, "benchmark")
        serial_plays(serial, recorder)
        again = sum(together(found, serial, recorder).guilty for _ in range(REPLAYS))
        return f"{again} of {REPLAYS}, by {found.interleaving.value}"


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
    parser.add_argument("--minutes", type=float, help="begin no further round of all services that would take longer")
    parser.add_argument("--only", default="", help="part of a folder and name, such as restart/flask")
    options = parser.parse_args()
    table = Table("service", "runs", "proven", "trials", "s per run", "longest s", "")
    missed = False
    accused = healthy_trials = 0
    wanted = [
        (folder, service, name)
        for folder, services in ALL.items()
        for service in services
        for name in filter(None, (service.sick, *service.healthy))
        if options.only in f"{folder}/{name}"
    ]
    rows = rounds(wanted, options.seeds, options.minutes)
    for folder, service, name in wanted:
        row = rows[folder, name]
        sick = name == service.sick
        good = row.proven >= SHARE * row.runs and row.longest_s <= LONGEST_S if sick else not row.proven
        if not sick:
            accused, healthy_trials = accused + row.proven, healthy_trials + row.trials
        missed = missed or not good
        each_s, longest_s = f"{row.seconds / row.runs:.1f}", f"{row.longest_s:.1f}"
        verdict = "" if good else "MISSED"
        table.add_row(row.name, str(row.runs), str(row.proven), str(row.trials), each_s, longest_s, verdict)
    Console(width=120).print(table)
    print(f"healthy twins: {accused} accusations in {healthy_trials} trials (objective: 0 in 1,000)")
    for service in LOST_UPDATE:
        if service.name in ON_ASYNCIO:
            print(f"{service.name}: the race shows again from its seed in {replays(service)}")
    for service in LOST_UPDATE:
        if service.name in ("flask_sqlite", "flask_postgresql"):
            print(f"{service.name}: {copies_per_second(service):.1f} trials on fresh copies per second")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
