"""Whether the role model says what is so, and how it compares with what others published.

    python benchmarks/roles [--worlds 100] [--part coverage] [--part stages] [--part published] [--part speed]
                            [--part mapping] [--part changes]

The prior has a benchmark of its own: prior.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from benchmarks.roles.changes import changes
from benchmarks.roles.coverage import coverage
from benchmarks.roles.mapping import mapping
from benchmarks.roles.published import published
from benchmarks.roles.speed import speed
from benchmarks.roles.stages import stages
from rich.console import Console

PARTS: dict[str, Callable[[Console, int], None]] = {
    "coverage": coverage,
    "stages": stages,
    "published": published,
    "speed": speed,
    "mapping": mapping,
    "changes": changes,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--part", choices=PARTS, action="append")
    options = parser.parse_args()
    console = Console(highlight=False)
    for part in options.part or PARTS:
        PARTS[part](console, options.worlds)
