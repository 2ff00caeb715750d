"""From start to the first proof, and to the end of the run: `python benchmarks/first_proof.py [FOLDER]`.

Runs `crashworthy test` as a user would, with installation done before. Objective: the first proof within 10 s of the
start of the budget, on the bundled FastAPI example.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crashworthy.constraints.load import load_constraints
from crashworthy.core.events import BudgetStarted, Event, FindingMade
from crashworthy.core.finding import Status
from crashworthy.run.folder import create_run_folder
from crashworthy.run.outside import TestRequest, run_test

OBJECTIVE_S = 10.0
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "shop_fastapi"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=EXAMPLE)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--budget", type=float, default=30.0)
    options = parser.parse_args()
    table = Table("seed", "first proof after s", "proofs", "run s", "weakness")
    worst = 0.0
    for seed in range(options.runs):
        began: list[float] = []
        proofs: list[tuple[float, str]] = []

        def note(event: Event, began: list[float] = began, proofs: list[tuple[float, str]] = proofs) -> None:
            if isinstance(event, BudgetStarted):
                began.append(time.monotonic())
            if isinstance(event, FindingMade) and event.finding.status is Status.PROVEN:
                proofs.append((time.monotonic(), event.finding.weakness))

        with tempfile.TemporaryDirectory(prefix="cw-first-") as state:
            os.environ["XDG_STATE_HOME"] = state
            folder = create_run_folder()
            request = TestRequest(
                source=options.folder,
                constraints=load_constraints(options.folder),
                budget_s=options.budget,
                seed=seed,
            )
            report = run_test(request, folder, note)
        first = proofs[0][0] - began[0] if proofs else float("inf")
        worst = max(worst, first)
        kind = proofs[0][1] if proofs else ""
        table.add_row(str(seed), f"{first:.1f}", str(len(report.proofs)), f"{report.duration_s:.0f}", kind)
    Console().print(table)
    print(f"slowest first proof: {worst:.1f} s (objective: {OBJECTIVE_S:g} s)")
    return int(worst > OBJECTIVE_S)


if __name__ == "__main__":
    sys.exit(main())
