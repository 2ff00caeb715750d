"""How surely security weaknesses are proven, and how rarely healthy services accused.

    python benchmarks/security                      all parts
    python benchmarks/security --part services      sick services and healthy twins, by weakness
    python benchmarks/security --part peers         the same beside bandit, semgrep and Schemathesis
    python benchmarks/security --part whole         seconds of the whole set on a service of eleven operations
    python benchmarks/security --part servers       five open-source servers, only where it is asked for: ten minutes

Each sick service below tests/sick_services is judged with each seed, and so is each healthy twin. Objectives: every
seed proves each sick service, no twin is accused of any weakness. Seconds are those of one whole operation: all
payloads, and the trials that show what they hit. With --results what was measured is kept in a file, and not measured
again. Exits 1 when an objective is missed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.security.cases import Case, cases
from benchmarks.security.kept import Results
from benchmarks.security.ours import Said, suspected
from benchmarks.security.peers import bandit, laid_out, schemathesis, semgrep
from benchmarks.security.servers import tested
from benchmarks.security.tables import peers_table, services_table
from benchmarks.security.whole import measured
from rich.console import Console

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "shop_fastapi"
_WHOLE_S = 45


def main() -> int:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("services", "peers", "whole", "servers"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default=[""], nargs="*", help="parts of ids of weaknesses")
    parser.add_argument("--results", type=Path, help="keep what was measured here, and go on from it")
    parser.add_argument("--seconds", type=float, default=3.0, help="for Schemathesis, on each service")
    parser.add_argument("--service", type=Path, default=EXAMPLE, help="for --part whole")
    options = parser.parse_args()
    console = Console(width=150)
    good = True
    every = list(cases(options.only))
    said: dict[Case, list[Said]] = defaultdict(list)
    if options.part not in ("whole", "servers"):
        results = Results(options.results)
        # Seed by seed, so that an interrupted run has tried all services.
        for seed in range(options.seeds if options.part != "peers" else 1):
            for case in every:
                said[case].append(one := results.of(case, seed))
                if (case.weakness in one.proven) != case.is_sick or (one.proven and not case.is_sick):
                    print(f"{case.title}, seed {seed}: {', '.join(sorted(one.proven)) or 'nothing proven'}", flush=True)
        table, good = services_table(said)
        console.print(table)
    if options.part in (None, "peers"):
        with tempfile.TemporaryDirectory(prefix="cw-peers-") as name:
            known = laid_out(every, Path(name))
            tools = {"bandit": bandit(Path(name), known), "semgrep": semgrep(Path(name), known)}
            failed, tried = schemathesis(Path(name), known, options.seconds)
        console.print(peers_table(said, {case for case in every if suspected(case)}, tools, failed, tried))
    if options.part in (None, "whole"):
        whole = measured(options.service, 1)
        console.print(
            f"whole set on {options.service.name}, {whole.reached} of {whole.operations} operations reached: "
            f"{whole.seconds:.0f} s (asked: {_WHOLE_S}), {whole.cpu_s:.0f} s of CPU with learning and starting, "
            f"{whole.proven} proven, {whole.left} left for want of time"
        )
        good = good and whole.seconds <= _WHOLE_S and not whole.left
    if options.part == "servers":
        for server in tested(1):
            counts = f"{server.reached} of {server.operations} operations, {server.held} held, {server.unknown} unknown"
            console.print(f"{server.name}: {counts}, {len(server.proven)} proven")
            for title, seen in server.proven:
                console.print(f"  {title}: {seen}")
    return int(not good)
