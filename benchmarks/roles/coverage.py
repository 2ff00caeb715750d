"""How often the 90 % interval of a task holds its true rate. Goal: 88 to 92 %.

In worlds as the model thinks, and in three in which it is wrong (tests/roles/belief/simulate.py).
"""

from __future__ import annotations

import argparse

import numpy as np
from rich.console import Console
from rich.table import Table

from crashworthy.roles.belief.model import posterior
from crashworthy.roles.estimate import INTERVAL
from roles.belief.simulate import KINDS, simulate

TASKS = 3


def coverage(console: Console, options: argparse.Namespace) -> None:
    table = Table(title="coverage of 90 % intervals", title_justify="left")
    for column in ("world", "tasks", "inside", "± standard error", "width"):
        table.add_column(column, justify="left" if column == "world" else "right")
    for kind in KINDS:
        inside, widths = [], []
        for seed in options.worlds:
            world = simulate(kind, seed)
            draws = posterior(world.tasks, world.detection, world.observations, seed=seed).rate[:, :, 0]
            low, high = np.quantile(draws, INTERVAL, axis=0)
            inside.append(((low <= world.rate) & (world.rate <= high)).mean())
            widths.append((high - low).mean())
        # Tasks of one world share their luck, so worlds are what is counted.
        error = np.std(inside) / np.sqrt(len(inside))
        table.add_row(
            kind, str(len(inside) * TASKS), f"{np.mean(inside):.1%}", f"{error:.1%}", f"{np.mean(widths):.2f}"
        )
    console.print(table)
