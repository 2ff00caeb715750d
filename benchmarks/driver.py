"""How many operations the driver reaches: `python benchmarks/driver.py [FOLDER ...] [--unreached]`.

Each service is learned twice: with the OpenAPI document that it serves or has in its folder, and from its routes
only. Objectives over all rows: 95 % of the operations reached, at most 30 requests per operation and 5 s in the
median. What needs an identity that only a person can give counts as not reached. Exits 1 when one is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crashworthy.constraints.load import load_constraints
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Event
from crashworthy.core.playbook import Playbook
from crashworthy.lab.traffic.discover import Discovery, discover, own_operations
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.run.folder import create_run_folder
from crashworthy.run.outside import TestRequest, prepare
from crashworthy.run.stand import Stand, open_stand
from crashworthy.source.parse import parse_folder
from crashworthy.source.tree import SourceTree

OBJECTIVE_SHARE = 0.95
OBJECTIVE_REQUESTS = 30.0
OBJECTIVE_S = 5.0
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@dataclass(frozen=True)
class Row:
    service: str
    known_from: str
    total: int
    reached: int
    requests: int
    seconds: float
    playbook: Playbook


def ignore(_event: Event) -> None:
    """Nobody listens."""


def measure(source: Path, budget_s: float, seed: int) -> list[Row]:
    """Learn one service with and without its OpenAPI document."""
    with tempfile.TemporaryDirectory(prefix="cw-driver-") as state:
        os.environ["XDG_STATE_HOME"] = state
        folder = create_run_folder()
        request = TestRequest(source=source, constraints=load_constraints(source), budget_s=budget_s, seed=seed)
        job = prepare(request, folder, ignore)
        tree = parse_folder(source)
        with open_stand(job, tree, folder, ignore) as stand:
            with stand.testbed.fresh() as instance:
                documented = discover(tree, instance)
            rows = [learned(source.name, "OpenAPI", stand, tree, documented, budget_s, seed)]
            routes = Discovery(own_operations(tree.operations))
            return [*rows, learned(source.name, "routes", stand, tree, routes, budget_s, seed)]


def learned(
    name: str, known_from: str, stand: Stand, tree: SourceTree, found: Discovery, budget_s: float, seed: int
) -> Row:
    began = time.monotonic()
    playbook = learn(
        LearnContext(
            testbed=stand.testbed,
            tree=tree,
            operations=found.operations,
            schemes=found.schemes,
            seed=seed,
            deadline=began + budget_s,
            emit=ignore,
            environment=stand.credentials,
        )
    )
    seconds = time.monotonic() - began
    return Row(name, known_from, len(found.operations), len(playbook.reached), playbook.requests, seconds, playbook)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--unreached", action="store_true", help="say why operations were not reached")
    options = parser.parse_args()
    folders = options.folders or sorted(path for path in EXAMPLES.iterdir() if path.is_dir())
    table = Table("service", "known from", "reached", "requests per operation", "s")
    rows: list[Row] = []
    for folder in folders:
        try:
            rows += measure(folder, options.budget, options.seed)
        except CrashworthyError as error:
            print(f"{folder.name}: {error.message}", file=sys.stderr)
    for row in rows:
        per_operation = row.requests / max(1, row.total)
        table.add_row(
            row.service, row.known_from, f"{row.reached}/{row.total}", f"{per_operation:.1f}", f"{row.seconds:.1f}"
        )
    Console().print(table)
    if options.unreached:
        for row in rows:
            for each in row.playbook.unreached:
                print(f"{row.service} ({row.known_from}): {each.operation}: {each.why}")
    if not rows:
        return 1
    share = sum(row.reached for row in rows) / max(1, sum(row.total for row in rows))
    requests = statistics.median(row.requests / max(1, row.total) for row in rows)
    seconds = statistics.median(row.seconds for row in rows)
    print(
        f"reached {share:.1%} (objective: {OBJECTIVE_SHARE:.0%}), median {requests:.1f} requests per operation "
        f"(objective: {OBJECTIVE_REQUESTS:g}), median {seconds:.1f} s (objective: {OBJECTIVE_S:g} s)"
    )
    return int(share < OBJECTIVE_SHARE or requests > OBJECTIVE_REQUESTS or seconds > OBJECTIVE_S)


if __name__ == "__main__":
    sys.exit(main())
