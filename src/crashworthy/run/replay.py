"""Replays one proof on the service as it is now. Inside the box: `python -m crashworthy.run.replay JOB`."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from crashworthy.constraints.load import load_constraints
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Emit, Event, ReplayFinished, StageStarted
from crashworthy.core.proof import Proof
from crashworthy.lab.experiments.registry import EXPERIMENTS
from crashworthy.lab.proof.confirm import replay_proof
from crashworthy.lab.traffic.discover import discover
from crashworthy.run.channel import serve_events
from crashworthy.run.folder import RunFolder, write_atomically
from crashworthy.run.job import Job
from crashworthy.run.outside import TestRequest, prepare, run_in_box
from crashworthy.run.stand import open_stand
from crashworthy.source.parse import parse_folder
from crashworthy.source.reaching import with_operations

REPLAYS = 2
REPLAY_BUDGET_S = 120.0


@dataclass(frozen=True)
class ReplayRequest:
    """Which proof to play, on which folder."""

    proof: Proof
    source: Path
    python: Path | None = None


def replay(request: ReplayRequest, folder: RunFolder, emit: Emit) -> ReplayFinished:
    """Play the proof on fresh copies of the service in the box and say how often the fault showed."""
    if not request.source.is_dir():
        raise CrashworthyError(f"{request.source} is not there", remedy="Name the service's folder with --path.")
    test = TestRequest(
        source=request.source,
        constraints=load_constraints(request.source),
        python=request.python,
        budget_s=REPLAY_BUDGET_S,
        seed=request.proof.scenario.seed,
    )
    job = prepare(test, folder, emit)
    write_atomically(folder.path / "proof.json", request.proof.model_dump_json())
    finished: list[ReplayFinished] = []
    began = time.monotonic()

    def note(event: Event) -> None:
        if isinstance(event, ReplayFinished):
            finished.append(event)
        emit(event)

    try:
        status = run_in_box(
            job,
            folder,
            note,
            module="crashworthy.run.replay",
            overdue=lambda: time.monotonic() - began > REPLAY_BUDGET_S + 30,
        )
    finally:
        folder.remove_service_files()
    if not finished:
        raise CrashworthyError(f"the replay ended without a result (exit status {status}); see {folder.log_file}")
    return finished[0]


def _replay_inside(job: Job, emit: Emit) -> None:
    folder = RunFolder(Path(job.folder))
    proof = Proof.model_validate_json((folder.path / "proof.json").read_bytes())
    experiment = next((each for each in EXPERIMENTS if each.id == proof.experiment), None)
    if experiment is None:
        raise CrashworthyError(f"this version of crashworthy has no experiment {proof.experiment!r}")
    tree = parse_folder(Path(job.source))
    with open_stand(job, tree, folder, emit) as stand:
        with stand.testbed.fresh() as instance:
            operations = discover(tree, instance, Path(job.openapi) if job.openapi else None).operations
        deadline = time.monotonic() + job.budget_s
        lab = stand.lab(job, with_operations(tree, operations), operations, deadline=deadline, emit=emit)
        emit(StageStarted(stage="proof", detail=proof.title))
        outcomes = [replay_proof(experiment, proof, lab) for _ in range(REPLAYS)]
    shown = [outcome for outcome in outcomes if outcome is not None]
    emit(ReplayFinished(shown=len(shown), tried=len(outcomes), seen=shown[0].seen if shown else ""))


if __name__ == "__main__":
    sys.exit(serve_events(_replay_inside))
