"""How often the stage after so many runs is the one that costs least at the true rate. Goal: 95 % after 30 runs.

For the tasks of the backend engineer that experiments speak about, with their own priors and costs; each run speaks
about each task. The true rate is that of the world's services today. True rates within 0.05 of a boundary are left out,
where either way costs nearly the same.

`assumed`: three weaknesses a task, found where they are in about 80 %. `measured`: all weaknesses of each task, with
their shares, found as often as this project's benchmarks say (detection.toml), drawn with its doubt, which for what was
never measured is anything from never to always. In both 80 % of what can go wrong is tried.

`by the mean` is how the tool decides; `most probable` takes the stage that is most often the cheapest. `world known` is
the bound of the same ledger: somebody who knows how worlds of this kind come about (ceiling.py). `seen through` is a
bound of another kind: somebody who sees of each of as many changes whether it was right, whatever was tried, in one
service and with nothing changing. `loss` is what the tool's decision costs above the best one, as a share of the work.
`inside 90 %`: how often the interval holds the true rate, of all tasks.

    python benchmarks/roles --part stages --worlds 0:50 --results worlds.jsonl     keeps each world, goes on from there
    python benchmarks/roles --part stages --worlds 150 --results worlds.jsonl --kept    sums up what is kept
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from itertools import product

import numpy as np
from benchmarks.resumed import revision
from benchmarks.roles.decided import AWAY, Case, Decided, decided
from rich.console import Console
from rich.table import Table

from roles.belief.simulate import KINDS

CASES = (
    Case(30, bound=1),
    Case(30, measured=True, bound=4),
    Case(30, incidents=False, every=4),
    Case(60, every=4),
)


def stages(console: Console, options: argparse.Namespace) -> None:
    """Decide the worlds that are not kept yet, and print the table of all."""
    known = _kept(options)
    ends = time.monotonic() + options.minutes * 60 if options.minutes is not None else float("inf")
    # World by world over all kinds and cases: when time is up, each has about as many.
    for seed, case, kind in product(options.worlds, CASES, KINDS):
        key = kind, case.name, seed
        if key in known or options.kept or seed % case.every or time.monotonic() >= ends:
            continue
        known[key] = decided(kind, case, seed)
        if options.results is not None:
            line = {"kind": kind, "case": case.name, "seed": seed, "revision": revision(), "load": os.getloadavg()[0]}
            with options.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line | asdict(known[key])) + "\n")
    table = Table(title=f"the cheapest stage, rates {AWAY:g} or more from a boundary", title_justify="left")
    columns = (
        "decisions",
        "by the mean",
        "±",
        "most probable",
        "loss",
        "inside 90 %",
        "±",
        "world known",
        "seen through",
    )
    table.add_column("world")
    table.add_column("ledger")
    for column in columns:
        table.add_column(column, justify="right")
    for case, kind in product(CASES, KINDS):
        worlds = [known[kind, case.name, seed] for seed in options.worlds if (kind, case.name, seed) in known]
        if any(each.right for each in worlds):
            table.add_row(kind, case.name, *_row(worlds))
    console.print(table)


def _row(worlds: Sequence[Decided]) -> tuple[str, ...]:
    right, off = _share([each.right for each in worlds])
    inside, wide = _share([each.inside for each in worlds])
    others = [_share([getattr(each, by) for each in worlds])[0] for by in ("probable", "known", "seen")]
    probable, known, seen = (f"{share:.1%}" if share is not None else "" for share in others)
    loss = np.mean([lost for each in worlds for lost in each.loss])
    count = sum(len(each.right) for each in worlds)
    return str(count), f"{right:.1%}", off, probable, f"{loss:.3f}", f"{inside:.1%}", wide, known, seen


def _share(worlds: Sequence[Sequence[bool]]) -> tuple[float | None, str]:
    """The share of all that is true, None of none, and its standard error. Tasks of one world share their luck, so
    worlds are what is counted: the error is that of a ratio of their sums.
    """
    counts, hits = (np.array([len(each) for each in worlds]), np.array([sum(each) for each in worlds]))
    if not counts.sum():
        return None, ""
    share = hits.sum() / counts.sum()
    error = np.sqrt(((hits - share * counts) ** 2).sum()) / counts.sum()
    return float(share), f"{error:.1%}"


def _kept(options: argparse.Namespace) -> dict[tuple[str, str, int], Decided]:
    known = dict[tuple[str, str, int], Decided]()
    if options.results is not None and options.results.exists():
        for line in options.results.read_text(encoding="utf-8").splitlines():
            try:
                read = json.loads(line)
                world = Decided(**{field.name: tuple(read[field.name]) for field in fields(Decided)})
            except (ValueError, KeyError, TypeError):
                # A line may be cut: that of a process that was killed.
                continue
            known[read["kind"], read["case"], read["seed"]] = world
    return known
