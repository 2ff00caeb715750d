"""How much memory crashworthy itself takes while it tests an example: command line, box, engine; not the service.

    python benchmarks/memory.py [FOLDER] [--budget SECONDS]

Prints the largest sum over the run of the proportional set sizes (PSS: shared pages count once) and, per process, the
largest resident set size. In MB of 10^6 bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
GOAL_MB = 200


def own_processes(parent: psutil.Process) -> dict[str, psutil.Process]:
    """The run's processes that execute crashworthy's own modules, by name; a lane is another engine."""
    found = {"command line": parent}
    for process in parent.children(recursive=True):
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        for name, module in (("box", "crashworthy.lab.box.enter"), ("engine", "crashworthy.run.engine")):
            if words[1:3] == ["-m", module]:
                found[f"{name} {process.pid}"] = process
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "examples" / "shop_fastapi")
    parser.add_argument("--budget", type=float, default=60)
    options = parser.parse_args()
    command = ["-m", "crashworthy.interfaces.cli.main", "test", str(options.folder), "--budget", str(options.budget)]
    process = subprocess.Popen(
        [sys.executable, *command, "--no-ledger"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    parent = psutil.Process(process.pid)
    largest_sum = 0
    largest: dict[str, int] = {}
    while process.poll() is None:
        total = 0
        for name, own in own_processes(parent).items():
            try:
                sizes = own.memory_full_info()
            except psutil.Error:
                continue
            total += sizes.pss
            largest[name] = max(largest.get(name, 0), sizes.rss)
        largest_sum = max(largest_sum, total)
        time.sleep(0.2)
    table = Table(title=f"Memory of crashworthy itself, {options.folder.name}, {options.budget:g} s")
    table.add_column("process")
    table.add_column("largest RSS, MB", justify="right")
    for name, size in largest.items():
        table.add_row(name.rstrip("0123456789 "), f"{size / 1e6:.0f}")
    console = Console()
    console.print(table)
    console.print(f"largest sum of PSS: {largest_sum / 1e6:.0f} MB (goal: {GOAL_MB} MB)")


if __name__ == "__main__":
    main()
