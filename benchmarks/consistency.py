"""How surely repetitions, half-done requests, restarts, odd amounts and the like are proven.

    python benchmarks/consistency.py                                20 seeds, all services, then replays and trials
    python benchmarks/consistency.py --seeds 3:5 --only restart/    two seeds of some services
    python benchmarks/consistency.py --results runs.jsonl           keeps each run, and goes on after an interruption
    python benchmarks/consistency.py --results runs.jsonl --kept    sums up what is kept

Each sick service of tests/sick_services/consistency.py, several.py and adding.py is judged with each seed; the healthy
twins are all judged with the first, and with the next until they have been through `--twin-trials` plays. Objectives:
at least 19 of 20 seeds prove each sick service, within 20 s, and no healthy twin is accused. The table so far is
printed after each seed. Then how often the interleaving of a race on an asyncio service shows it again from its seed
(objective: 99 of 100), and how many trials on fresh copies a second were played, which the start of the service
decides. Ctrl-C and SIGTERM end it with the table of what was measured. Exits 1 when an objective is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks.resumed import Run, Runs, Said, add_options, circumstances

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
PARTS = ("services", "replays", "trials")
SHARE = 0.95
TRIALS = 100
REPLAYS = 100
LONGEST_S = 20.0
ON_ASYNCIO = ("fastapi_async_memory", "fastapi_seats")


@dataclass(frozen=True)
class Case:
    """One file of a folder of tests/sick_services."""

    folder: str
    service: SickService
    name: str

    @property
    def is_sick(self) -> bool:
        return bool(self.name == self.service.sick)

    @property
    def title(self) -> str:
        return f"{self.folder}/{self.name}"


def judged(case: Case, seed: int) -> Said:
    """Run the experiment with that seed, on a stand of its own."""
    experiment, service = next(each for each in REGISTRY if each.id == EXPERIMENTS[case.folder]), case.service
    with open_lab(
        service_file(case.folder, case.name),
        service.framework,
        service.api,
        seed=seed,
        postgresql=service.postgresql,
        redis=service.redis,
        idempotent=service.idempotent,
        workers=service.workers,
    ) as lab:
        began = time.monotonic()
        history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
        seconds = round(time.monotonic() - began, 2)
        found = [each for each in experiment.judgements(history) if each.status is Status.PROVEN]
        return Said(tuple(sorted({each.weakness or history.weakness for each in found})), len(history.trials), seconds)


def services(options: argparse.Namespace, console: Console) -> bool:
    """Judge all services as the options say; False when an objective is missed, or it was interrupted."""
    measured = Runs(options)
    listed = [
        Case(folder, service, name)
        for folder, folder_services in ALL.items()
        for service in folder_services
        for name in filter(None, (service.sick, *service.healthy))
    ]
    cases = {case.title: case for case in listed if options.only in case.title}
    twins = {title for title, case in cases.items() if not case.is_sick}
    runs: list[Run] = []

    with measured.until_interrupted():
        for seed in options.seeds:
            enough = sum(run.said.trials for run in runs if run.service in twins) >= options.twin_trials
            for title, case in cases.items():
                if enough and title in twins:
                    continue
                run = measured.of(title, seed, partial(judged, case, seed))
                if run is not None:
                    runs.append(run)
                    said = run.error or ", ".join(run.said.proven) or "nothing proven"
                    console.print(f"seed {seed} {title}: {said}, {run.said.seconds:.1f} s", highlight=False)
            if seed != options.seeds[-1] and not options.kept:
                console.print(summary(cases, runs)[0])
    table, met = summary(cases, runs)
    console.print(table)
    console.print(circumstances(runs) + (f"; interrupted by {measured.interrupted}" if measured.interrupted else ""))
    return met and not measured.interrupted


def summary(cases: Mapping[str, Case], runs: Sequence[Run]) -> tuple[Table, bool]:
    """The table of what was measured, and whether it meets the objectives."""
    table = Table("service", "runs", "proven", "trials", "s per run", "longest s", "")
    met, accused, healthy_trials, sick_runs, sick_proven = bool(runs), 0, 0, 0, 0
    for title, case in cases.items():
        own = [run for run in runs if run.service == title]
        tried = [run.said for run in own if not run.error]
        proven, trials = sum(bool(said.proven) for said in tried), sum(said.trials for said in tried)
        seconds = [said.seconds for said in tried] or [0.0]
        if case.is_sick:
            good = proven >= SHARE * len(own) and max(seconds) <= LONGEST_S
            sick_runs, sick_proven = sick_runs + len(own), sick_proven + proven
        else:
            good = not proven and len(tried) == len(own)
            accused, healthy_trials = accused + proven, healthy_trials + trials
        if own:
            met = met and good
            times = f"{sum(seconds) / len(seconds):.1f}", f"{max(seconds):.1f}"
            table.add_row(title, str(len(own)), str(proven), str(trials), *times, "" if good else "MISSED")
    table.caption = (
        f"sick: proven in {sick_proven} of {sick_runs} runs; "
        f"healthy twins: {accused} accusations in {healthy_trials} trials (objective: 0 in 1,000)"
    )
    return table, met


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
    with open_lab(file, service.framework, service.api, postgresql=service.postgresql, redis=service.redis) as lab:
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
    add_options(parser, 20)
    parser.add_argument("--part", choices=PARTS, nargs="*", default=PARTS)
    parser.add_argument("--only", default="", help="part of a folder and name, such as restart/flask")
    parser.add_argument("--twin-trials", type=int, default=1000, help="on all healthy twins together")
    options = parser.parse_args()
    console = Console(width=130)
    met = services(options, console) if "services" in options.part else True
    for service in LOST_UPDATE if "replays" in options.part and not options.kept else ():
        if service.name in ON_ASYNCIO:
            console.print(f"{service.name}: the race shows again from its seed in {replays(service)}")
    for service in LOST_UPDATE if "trials" in options.part and not options.kept else ():
        if service.name in ("flask_sqlite", "flask_postgresql"):
            console.print(f"{service.name}: {copies_per_second(service):.1f} trials on fresh copies per second")
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
