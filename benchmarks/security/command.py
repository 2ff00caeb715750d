"""How surely security weaknesses are proven, and how rarely healthy services accused.

    python benchmarks/security                      all parts
    python benchmarks/security --part services      sick services and healthy twins, by weakness
    python benchmarks/security --part peers         the same beside bandit, semgrep and Schemathesis
    python benchmarks/security --part whole         seconds of the whole set on a service of eleven operations
    python benchmarks/security --part mended        the three examples without the weaknesses that are proven in them
    python benchmarks/security --part servers       five open-source servers; ten minutes

The last two run only where they are asked for.

Each sick service below tests/sick_services is judged with each seed, and so is each healthy twin. Objectives: every
seed proves each sick service, no twin is accused of any weakness. Seconds are those of one whole operation: all
payloads, and the trials that show what they hit. In parts:

    python benchmarks/security --part services --results runs.jsonl                 goes on after an interruption
    python benchmarks/security --part services --results runs.jsonl --seeds 3:5     two of the seeds
    python benchmarks/security --part services --results runs.jsonl --kept          sums up what is kept
    python benchmarks/security --part servers --server isso radicale                two of the servers

The table so far is printed after each seed; Ctrl-C and SIGTERM end the services with the table of what was measured.
Exits 1 when an objective is missed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks.resumed import Run, Runs, add_options, circumstances
from benchmarks.security.cases import Case, cases
from benchmarks.security.mended import mended
from benchmarks.security.ours import judged, suspected
from benchmarks.security.peers import bandit, laid_out, schemathesis, semgrep
from benchmarks.security.servers import NAMES as SERVERS
from benchmarks.security.servers import tested
from benchmarks.security.tables import peers_table, services_table
from benchmarks.security.whole import measured
from rich.console import Console

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "shop_fastapi"
_WHOLE_S = 45


def main() -> int:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("services", "peers", "whole", "mended", "servers"))
    add_options(parser, 5)
    parser.add_argument("--only", default=[""], nargs="*", help="parts of ids of weaknesses")
    parser.add_argument("--seconds", type=float, default=3.0, help="for Schemathesis, on each service")
    parser.add_argument("--service", type=Path, default=EXAMPLE, help="for --part whole")
    parser.add_argument("--server", default=SERVERS, choices=SERVERS, nargs="*", help="for --part servers")
    options = parser.parse_args()
    console = Console(width=150)
    good: bool | None = True
    every = list(cases(options.only))
    tried: dict[Case, list[Run]] = {case: [] for case in every}
    if options.part in (None, "services", "peers"):
        good = _services(tried, options, console)
        if options.kept or good is None:
            return int(not good)
    if options.part in (None, "peers"):
        with tempfile.TemporaryDirectory(prefix="cw-peers-") as name:
            known = laid_out(every, Path(name))
            tools = {"bandit": bandit(Path(name), known), "semgrep": semgrep(Path(name), known)}
            failed, played = schemathesis(Path(name), known, options.seconds)
        console.print(peers_table(tried, {case for case in every if suspected(case)}, tools, failed, played))
    if options.part in (None, "whole"):
        whole = measured(options.service, 1)
        console.print(
            f"whole set on {options.service.name}, {whole.reached} of {whole.operations} operations reached: "
            f"{whole.seconds:.0f} s (asked: {_WHOLE_S}), {whole.cpu_s:.0f} s of CPU with learning and starting, "
            f"{len(whole.proven)} proven, {whole.left} left for want of time"
        )
        good = good and whole.seconds <= _WHOLE_S and not whole.left
    if options.part == "mended":
        for name, run in mended(EXAMPLE.parent, 1):
            counts = f"{run.reached} of {run.operations} operations, {run.left} left for want of time"
            console.print(f"{name}, mended: {len(run.proven)} proven, {counts}, {run.seconds:.0f} s")
            for title in run.proven:
                console.print(f"  {title}")
            good = good and not run.proven
    if options.part == "servers":
        for server in tested(options.server, 1):
            counts = f"{server.reached} of {server.operations} operations, {server.held} held, {server.unknown} unknown"
            console.print(f"{server.name}: {counts}, {len(server.proven)} proven")
            for title, seen in server.proven:
                console.print(f"  {title}: {seen}")
    return int(not good)


def _services(tried: Mapping[Case, list[Run]], options: argparse.Namespace, console: Console) -> bool | None:
    """Whether the objectives are met, with the runs added to `tried`; None when it was interrupted.

    Seed by seed, so that an interrupted measurement has tried all services.
    """
    runs, seeds = Runs(options), options.seeds if options.part != "peers" else options.seeds[:1]
    with runs.until_interrupted():
        for seed in seeds:
            for case in tried:
                run = runs.of(case.title, seed, partial(judged, case, seed))
                if run is not None:
                    tried[case].append(run)
                    console.print(_line(case, run), highlight=False)
            if seed != seeds[-1] and not options.kept:
                console.print(services_table(tried)[0])
    table, met = services_table(tried)
    console.print(table)
    console.print(circumstances([run for own in tried.values() for run in own]), highlight=False)
    if runs.interrupted:
        console.print(f"interrupted by {runs.interrupted}")
        return None
    return met


def _line(case: Case, run: Run) -> str:
    proven = run.said.proven
    missed = bool(run.error) or (case.weakness not in proven if case.is_sick else bool(proven))
    said = run.error or ", ".join(proven) or "nothing proven"
    return f"seed {run.seed} {case.title}: {said}, {run.said.seconds:.1f} s" + ("  MISSED" if missed else "")
