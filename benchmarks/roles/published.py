"""The backend engineer without evidence beside the stages that were published in 2026: every row, and the count."""

from __future__ import annotations

import argparse
from datetime import date

from rich.console import Console
from rich.table import Table

from crashworthy.roles.evidence import TaskEvidence, weaknesses_of
from crashworthy.roles.explain import agreement, published_stage
from crashworthy.roles.load import find_role
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.score import assess


def published(console: Console, options: argparse.Namespace) -> None:  # noqa: ARG001 - the parts have one signature
    role = find_role("backend-engineer")
    evidence = {task.id: TaskEvidence(task=task.id, weaknesses=weaknesses_of(task.id)) for task in role.tasks}
    found = assess(role, evidence, shipped_prior(), date(2026, 11, 20))
    table = Table(title="backend engineer, no evidence", title_justify="left")
    for column in ("task", "published", "ours", "done to the standard", "90 %", "a draft pays from", "hand over from"):
        table.add_column(column)
    for each in found.tasks:
        theirs = published_stage(each)
        if theirs is not None:
            low, high = each.estimate.interval
            ours = each.decision.stage.value + ("" if each.decision.stage is theirs else " *")
            figures = (f"{each.estimate.mean:.2f}", f"{low:.2f} to {high:.2f}")
            lines = (f"{each.costs.assist:.2f}", f"{each.costs.hand_over:.2f}")
            table.add_row(each.task.id, theirs.value, ours, *figures, *lines)
    console.print(table)
    same, compared = agreement(found.tasks)
    console.print(f"the same in {same} of {compared}")
