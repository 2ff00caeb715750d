"""How often a line of a posting is taken for the right task, and a line of another trade for none, by threshold."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crashworthy.roles.similarity import THRESHOLD, matches

NONE = "none"
THRESHOLDS = (0.3, 0.4, THRESHOLD, 0.55, 0.6)


def mapping(console: Console, options: argparse.Namespace) -> None:  # noqa: ARG001 - the parts have one signature
    duties = tomllib.loads((Path(__file__).parent / "duties.toml").read_text(encoding="utf-8"))["duty"]
    table = Table(
        title=f"{len(duties)} lines mapped to tasks; the threshold in use is {THRESHOLD}", title_justify="left"
    )
    for column in ("threshold", "right task", "wrong task", "no basis, though known", "another trade refused"):
        table.add_column(column, justify="right")
    for threshold in THRESHOLDS:
        right = wrong = silent = refused = 0
        for duty in duties:
            best = next(iter(matches(duty["text"], most=1)), None)
            said = best.task if best is not None and best.similarity >= threshold else NONE
            if duty["tasks"] == [NONE]:
                refused += said == NONE
            elif said == NONE:
                silent += 1
            else:
                right += said in duty["tasks"]
                wrong += said not in duty["tasks"]
        others = sum(duty["tasks"] == [NONE] for duty in duties)
        known = len(duties) - others
        table.add_row(f"{threshold:.2f}", f"{right} of {known}", str(wrong), str(silent), f"{refused} of {others}")
    console.print(table)
