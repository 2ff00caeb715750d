"""A role on the screen: score, tasks, and where each figure comes from."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crashworthy.roles.actions import recommended
from crashworthy.roles.explain import (
    NO_EXPERIMENT,
    against_published,
    agreement,
    explain,
    how_much_is_known,
    published_stage,
)
from crashworthy.roles.model import Role, Stage
from crashworthy.roles.prior import PriorModel
from crashworthy.roles.score import Interval, RoleAssessment, TaskAssessment

_STYLE = {Stage.HUMAN: "blue", Stage.AT_RISK: "red", Stage.AI_ASSISTED: "yellow", Stage.AUTOMATED: "green"}
_WIDE = 110
_ACTIONS = 4


def print_role(console: Console, assessment: RoleAssessment) -> None:
    """The whole role: score, tasks, and how much of it is known."""
    low, high = assessment.interval
    console.print(Text(assessment.role.title, style="bold"))
    console.print(assessment.role.description, markup=False)
    console.print(
        Text.assemble(
            "\nAI Impact Score ",
            (f"{assessment.score:.0f}", "bold"),
            f" of 100 (90 % interval {low:.0f} to {high:.0f}): "
            "the share of its time whose work an AI does to the standard.",
        )
    )
    if assessment.change is not None:
        moved, (least, most) = assessment.change
        console.print(f"Over the last quarter: {moved:+.1f} (90 % interval {least:+.1f} to {most:+.1f}).", markup=False)
    threat, (least, most) = assessment.threat.score, assessment.threat.interval
    console.print(
        f"AI Threat Score {threat:.1f} of 10 ({least:.1f} to {most:.1f}): the share of its routine output that tools "
        "can do already.",
        markup=False,
    )
    console.print(how_much_is_known(assessment), markup=False)
    console.print()
    console.print(_tasks(assessment, console.width))
    for sentence in against_published(assessment.tasks):
        console.print(f"\n{sentence}", markup=False)
    if console.width < _WIDE and agreement(assessment.tasks)[1]:
        console.print(_published(assessment))
    actions = recommended(assessment)
    if actions:
        console.print("\nWhat to do next:", style="bold")
    for action in actions[:_ACTIONS]:
        console.print(Padding(Text(f"{action.do}."), (0, 0, 0, 2)))
        console.print(Padding(Text(f"{action.why}.", style="dim"), (0, 0, 0, 4)))
    if assessment.role.figures:
        console.print("\nPublished about the role:", style="bold")
        sources = {source.id: source for source in assessment.role.sources}
        for figure in assessment.role.figures:
            source = sources[figure.source]
            value = "" if figure.value is None else f"{figure.value:g}  "
            console.print(f"  {value}{figure.says} ({source.title.split(':')[0]}, {source.year})", markup=False)
    console.print()
    for line in _key(assessment):
        console.print(line, markup=False, style="dim")


def _key(assessment: RoleAssessment) -> Iterator[str]:
    if any(each.decision.close for each in assessment.tasks):
        yield "?  nearly a toss: the next evidence can turn the stage."
    if not all(each.evidence.weaknesses for each in assessment.tasks):
        yield f"{NO_EXPERIMENT}  nothing tried speaks about the task; it moves with the others, a part of the way."
    yield f"`crashworthy role explain {assessment.role.id} TASK` opens every figure."


def print_explanation(console: Console, role: Role, task: TaskAssessment, model: PriorModel) -> None:
    """Sources and arithmetic of one task."""
    console.print(Text(f"{task.task.title}, {role.title}", style="bold"))
    console.print(task.task.description, markup=False, soft_wrap=True)
    for heading, lines in explain(role, task, model):
        console.print(Text(f"\n{heading}", style="bold"))
        for line in lines:
            console.print(f"  {line}", markup=False, soft_wrap=True)


def _tasks(assessment: RoleAssessment, width: int) -> Table:
    """One row per task; a narrow terminal gets shorter bars, and not what others published."""
    wide = width >= _WIDE
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2 if wide else 1, 0, 0))
    table.add_column("task", no_wrap=True)
    table.add_column("time", justify="right")
    table.add_column("stage", no_wrap=True)
    table.add_column("AI does to the standard" if wide else "to the standard", no_wrap=True)
    table.add_column("evidence", justify="right")
    if wide:
        table.add_column("AI held")
        table.add_column("published")
    for each in sorted(assessment.tasks, key=lambda each: -each.task.share):
        low, high = (100 * share for share in each.estimate.interval)
        mean, to = 100 * each.estimate.mean, " to " if wide else "-"
        figures = f" {mean:.0f}{' %' if wide else ''} ({low:.0f}{to}{high:.0f})"
        cells: list[str | Text] = [
            each.task.id,
            f"{each.task.share:.0%}",
            Text(each.decision.stage.value + ("?" if each.decision.close else ""), style=_STYLE[each.decision.stage]),
            Text.assemble(interval_bar(each.estimate.interval, each.estimate.mean, 20 if wide else 8), figures),
            f"{each.estimate.evidence_share:.0%}" if each.evidence.weaknesses else NO_EXPERIMENT,
        ]
        if wide:
            works, published = each.evidence.by("ai"), published_stage(each)
            cells.append(f"{sum(work.held for work in works)} of {len(works)}" if works else "")
            cells.append(Text(published.value if published else "", style="dim"))
        table.add_row(*cells)
    return table


def _published(assessment: RoleAssessment) -> Table:
    """What others published beside ours, where the terminal is too narrow for it in the table of tasks."""
    table = Table(box=None, header_style="dim", style="dim", pad_edge=False, padding=(0, 1, 0, 2))
    for column in ("task", "published", "ours"):
        table.add_column(column, no_wrap=True)
    for each in sorted(assessment.tasks, key=lambda each: -each.task.share):
        published = published_stage(each)
        if published is not None:
            same = "" if published is each.decision.stage else " *"
            table.add_row(each.task.id, published.value, each.decision.stage.value + same)
    return table


def interval_bar(interval: Interval, mean: float, cells: int) -> Text:
    """From 0 to 1 in that many characters: the interval as a line, the mean as a mark on it."""
    low, high, middle = (min(cells - 1, int(share * cells)) for share in (*interval, mean))
    bar = ["·" if place < low or place > high else "━" for place in range(cells)]
    bar[middle] = "●"
    return Text("".join(bar))
