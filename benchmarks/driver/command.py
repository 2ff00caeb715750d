"""How many operations the driver reaches, next to Schemathesis: `python benchmarks/driver [NAME ...]`.

Each service of benchmarks/driver_services is learned with the OpenAPI document that it serves or has in its folder,
and once more from its source alone. The denominator is a list of operations by hand; what the driver claims is
replayed from a fresh state, and only what then gets a 2xx, or the redirect that the operation is for, counts.

Objectives: 95 % of the operations over all rows; in the median at most 30 requests per operation and 5 s; and of the
operations that Schemathesis leaves unreached, in the same time with the same credentials, 80 %. With what it remembers,
after an edit of one handler, the driver is to be three times as fast in the median. Exits 1 when one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.driver.edit import edit_one_handler
from benchmarks.driver.inside import MEMORY, OUTCOME, TASK
from benchmarks.driver.outcome import Outcome, Task, Warm
from benchmarks.driver.peer import install_peer
from benchmarks.driver.services import SERVICES, Service, read_services
from benchmarks.driver.tables import Summary, print_reasons, print_table
from rich.console import Console

from crashworthy.constraints.load import load_constraints
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Event
from crashworthy.run.folder import create_run_folder
from crashworthy.run.outside import TestRequest, prepare, run_in_box

_INSIDE = "benchmarks.driver.inside"
# Two rounds of learning with their checks, the peer, and starts that may be slow.
_PATIENCE = 20


def ignore(_event: Event) -> None:
    """Nobody listens."""


def measure(service: Service, folder: Path, seconds: float, seed: int, peer: Path | None) -> Outcome:
    """Measure one service, and once more after an edit of it; what goes wrong is the outcome's error."""
    with tempfile.TemporaryDirectory(prefix="cw-driver-") as state:
        os.environ["XDG_STATE_HOME"] = state
        memory = Path(state) / MEMORY
        task = Task(
            service=service.name,
            operations_folder=str(folder),
            seconds=seconds,
            seed=seed,
            peer=str(peer) if peer else None,
        )
        try:
            outcome = _in_a_box(service.source, task, keep_memory=memory)
            if not outcome.learned:
                return outcome
            copy = Path(state) / "edited" / service.name
            edited = edit_one_handler(service.source, copy, outcome.learned[0].reached)
            if edited is None:
                return outcome
            again = _in_a_box(copy, task.model_copy(update={"memory": str(memory), "peer": None}))
        except CrashworthyError as problem:
            return Outcome(service=service.name, total=len(service.operations), error=_said(problem))
        except FileNotFoundError:
            return Outcome(service=service.name, total=len(service.operations), error="the box ended without an answer")
        second = again.learned[0]
        warm = Warm(edited=edited, reached=second.reached, requests=second.requests, seconds=second.seconds)
        return outcome.model_copy(update={"warm": warm})


def _in_a_box(source: Path, task: Task, keep_memory: Path | None = None) -> Outcome:
    run = create_run_folder()
    request = TestRequest(source=source, constraints=load_constraints(source), budget_s=task.seconds, seed=task.seed)
    job = prepare(request, run, ignore)
    if task.memory:
        # In the box, only the run's own folder can be counted on.
        task = task.model_copy(update={"memory": str(shutil.copy(task.memory, run.path / "remembered.json"))})
    (run.path / TASK).write_text(task.model_dump_json(), "utf-8")
    until = time.monotonic() + _PATIENCE * task.seconds + 120
    run_in_box(job, run, ignore, module=_INSIDE, overdue=lambda: time.monotonic() > until)
    if keep_memory is not None and (run.path / MEMORY).exists():
        shutil.copy(run.path / MEMORY, keep_memory)
    return Outcome.model_validate_json((run.path / OUTCOME).read_bytes())


def _said(problem: CrashworthyError) -> str:
    last = problem.details.strip().splitlines()[-1:] if problem.details else []
    return " ".join([problem.message, *last])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit status whether the objectives hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("services", nargs="*", help="names of services; all when none is given")
    parser.add_argument("--from", type=Path, nargs="*", default=[], dest="folders", help="more folders of services")
    parser.add_argument("--seconds", type=float, default=30.0, help="time limit of each tester on each service")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-peer", action="store_true", help="leave Schemathesis out")
    parser.add_argument("--why", action="store_true", help="say why operations were not reached")
    parser.add_argument("--json", type=Path, help="write all that was measured to this file")
    options = parser.parse_args(arguments)
    folders = [SERVICES, *(path.resolve() for path in options.folders)]
    # Needed in the box, where this module is looked for by its name.
    os.environ["PYTHONPATH"] = str(SERVICES.parent.parent)
    peer, version = (None, "") if options.no_peer else install_peer()
    outcomes: list[Outcome] = []
    for service in read_services(folders):
        if options.services and service.name not in options.services:
            continue
        home = next(folder / service.name for folder in folders if (folder / service.name).is_dir())
        outcome = measure(service, home, options.seconds, options.seed, peer)
        outcomes.append(outcome)
        rows = ", ".join(f"{len(each.reached)}/{outcome.total}" for each in outcome.learned)
        print(f"{service.name}: {outcome.error or rows}", file=sys.stderr, flush=True)
    console = Console(width=110)
    print_table(console, outcomes, version)
    if options.why:
        print_reasons(console, outcomes)
    if options.json:
        options.json.write_text(json.dumps([each.model_dump(mode="json") for each in outcomes], indent=1), "utf-8")
    summary = Summary.of(outcomes)
    console.print(str(summary), soft_wrap=True)
    return int(not summary.holds)
