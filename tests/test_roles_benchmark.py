"""The benchmark of stages keeps its worlds, and its worlds find defects as often as they are told."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.roles.decided import Decided
from benchmarks.roles.stages import CASES, stages
from rich.console import Console

from crashworthy.roles.belief.model import Normal
from roles.belief.simulate import Sight, simulate


def test_kept_worlds_are_summed_up_and_not_decided_again(tmp_path: Path) -> None:
    results = tmp_path / "worlds.jsonl"
    one = Decided((True, True, False), (True,) * 3, (True,) * 3, (True,) * 3, (0.0, 0.0, 0.3), (True,) * 6)
    other = Decided((True,), (False,), (True,), (True,), (0.0,), (True, False))
    lines = [
        json.dumps({"kind": "drift", "case": CASES[1].name, "seed": seed} | asdict(each))
        for seed, each in enumerate((one, other))
    ]
    results.write_text("\n".join([*lines, lines[0][:40]]), encoding="utf-8")
    console = Console(width=200, record=True)
    stages(console, argparse.Namespace(worlds=range(2), results=results, minutes=None, kept=True))
    rows = [line for line in console.export_text().splitlines() if "drift" in line]
    assert len(rows) == 1
    assert [cell.strip() for cell in rows[0].split("│")[3:5]] == ["4", "75.0%"]


def test_what_is_never_found_breaks_nothing_and_what_is_always_found_breaks_all_that_is_wrong() -> None:
    blind, sure = (
        simulate("own", 3, tasks=1, sight=Sight([Normal(at, 0.1)], [{0: 1.0}]), priors=[Normal(-9.0, 0.1)])
        for at in (-20.0, 20.0)
    )
    assert not any(each.broken for each in blind.observations)
    assert all(each.broken for each in sure.observations if each.tried)
