"""Whether the role model says what is so, and how it compares with what others published.

    python benchmarks/roles [--worlds 100] [--part coverage] [--part stages] [--part published] [--part speed]
                            [--part mapping] [--part changes] [--results FILE] [--minutes 30] [--kept]

`--results`, `--minutes` and `--kept` are of the stages, which take hours (stages.py).

The prior has a benchmark of its own: prior.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.resumed import seed_range
from benchmarks.roles.changes import changes
from benchmarks.roles.coverage import coverage
from benchmarks.roles.mapping import mapping
from benchmarks.roles.published import published
from benchmarks.roles.speed import speed
from benchmarks.roles.stages import stages
from rich.console import Console

PARTS: dict[str, Callable[[Console, argparse.Namespace], None]] = {
    "coverage": coverage,
    "stages": stages,
    "published": published,
    "speed": speed,
    "mapping": mapping,
    "changes": changes,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=seed_range, default=range(100), help="how many, or from and to: 50:100")
    parser.add_argument("--results", type=Path, help="keep each world here, a JSON object per line, and go on from it")
    parser.add_argument("--minutes", type=float, help="begin no further world after these")
    parser.add_argument("--kept", action="store_true", help="sum up what --results holds")
    parser.add_argument("--part", choices=PARTS, action="append")
    options = parser.parse_args()
    # Tables are for files too, where no terminal says how wide it is.
    console = Console(highlight=False)
    console.width = max(console.width, 140)
    for part in options.part or PARTS:
        PARTS[part](console, options)
