"""A living job description: what people decide, what they review, what is handed over, and on what evidence.

Versions are kept in the ledger. The comparison of two says what differs, and because of which changes in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from crashworthy.core.value import Value
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Stage, Trend
from crashworthy.roles.score import RoleAssessment, TaskAssessment
from crashworthy.roles.skills import skill_views

QUARTER = timedelta(days=91)
_SOON = timedelta(days=7)
_MOST_SKILLS = 8
_MOST_RUNS = 5
_WORTH_TELLING = 0.02
_MOVED = 0.05
"""What an estimate moves by at least to be told of: other draws of the same ledger move it by two or three points."""


class Duty(Value):
    """A task as the description has it: `seen` AI-written changes, of which `held` at their first try."""

    task: str
    title: str
    description: str
    share: float
    stage: Stage
    estimate: float
    interval: tuple[float, float]
    seen: int
    held: int


class Description(Value):
    """One version. `runs`: all runs of the ledger that it rests on."""

    role: str
    title: str
    purpose: str
    at: datetime
    score: float
    interval: tuple[float, float]
    duties: tuple[Duty, ...]
    asked: tuple[str, ...]
    learned: tuple[str, ...]
    left: tuple[str, ...]
    runs: tuple[str, ...]

    def of(self, stage: Stage) -> tuple[Duty, ...]:
        """The duties in a stage."""
        return tuple(duty for duty in self.duties if duty.stage is stage)


class Because(Value):
    """A difference, and the changes since then that it rests on: how many held and broke, and runs to look at."""

    what: str
    why: str
    runs: tuple[str, ...]


class DescriptionDiff(Value):
    """What changed between two versions."""

    role: str
    title: str
    before: datetime
    version: int
    now: datetime
    score: tuple[float, float]
    changes: tuple[Because, ...]


def describe(assessment: RoleAssessment, now: datetime | None = None) -> Description:
    """The description as the ledger stands."""
    views = skill_views(assessment)
    runs = dict.fromkeys(run for each in assessment.tasks for work in each.evidence.works for run in work.runs)
    return Description(
        role=assessment.role.id,
        title=assessment.role.title,
        purpose=assessment.role.description,
        at=now or datetime.now(UTC),
        score=round(assessment.score, 1),
        interval=(round(assessment.interval[0], 1), round(assessment.interval[1], 1)),
        duties=tuple(_duty(each) for each in sorted(assessment.tasks, key=lambda each: -each.task.share)),
        asked=tuple(view.title for view in views if view.trend is Trend.STEADY)[:_MOST_SKILLS],
        learned=tuple(view.title for view in views if view.trend is Trend.EMERGING)[:_MOST_SKILLS],
        left=tuple(view.title for view in views if view.trend is Trend.DECLINING)[:_MOST_SKILLS],
        runs=tuple(sorted(runs)),
    )


def before(rows: Sequence[Mapping[str, Any]], now: datetime) -> tuple[int, Description] | None:
    """Of the versions kept, the one that was current a quarter ago; else the oldest. None where there is none."""
    kept = [(int(row["version"]), Description.model_validate(row["content"])) for row in rows]
    old = [each for each in kept if each[1].at <= now - QUARTER + _SOON]
    return old[-1] if old else next(iter(kept), None)


def compare(version: int, then: Description, now: Description, evidence: Mapping[str, TaskEvidence]) -> DescriptionDiff:
    """What changed since that version."""
    return DescriptionDiff(
        role=now.role,
        title=now.title,
        before=then.at,
        version=version,
        now=now.at,
        score=(then.score, now.score),
        changes=tuple(_changes(then, now, evidence)),
    )


def _duty(each: TaskAssessment) -> Duty:
    works = each.evidence.by("ai")
    return Duty(
        task=each.task.id,
        title=each.task.title,
        description=each.task.description,
        share=round(each.task.share, 3),
        stage=each.decision.stage,
        estimate=round(each.estimate.mean, 3),
        interval=(round(each.estimate.interval[0], 3), round(each.estimate.interval[1], 3)),
        seen=len(works),
        held=sum(work.held for work in works),
    )


def _changes(then: Description, now: Description, evidence: Mapping[str, TaskEvidence]) -> Iterator[Because]:
    old = {duty.task: duty for duty in then.duties}
    for duty in now.duties:
        past = old.pop(duty.task, None)
        if past is None:
            yield Because(what=f"{duty.title} is new: {duty.share:.0%} of the time", why="the role's file", runs=())
            continue
        if abs(past.share - duty.share) >= _WORTH_TELLING:
            told = f"{duty.title}: {past.share:.0%} of the time, now {duty.share:.0%}"
            yield Because(what=told, why="the role's file", runs=())
        moved = f"{past.estimate:.0%}, now {duty.estimate:.0%} done to the standard"
        if past.stage is not duty.stage:
            yield _because(f"{duty.title}: {past.stage.value}, now {duty.stage.value} ({moved})", duty, then, evidence)
        elif abs(past.estimate - duty.estimate) >= _MOVED:
            yield _because(f"{duty.title}: still {duty.stage.value} ({moved})", duty, then, evidence)
    for duty in old.values():
        yield Because(
            what=f"{duty.title} is gone: it took {duty.share:.0%} of the time", why="the role's file", runs=()
        )
    for title in now.learned:
        if title not in then.learned:
            yield Because(what=f"{title} is asked now", why="tasks that need it weigh more", runs=())


def _because(what: str, duty: Duty, then: Description, evidence: Mapping[str, TaskEvidence]) -> Because:
    known = frozenset(then.runs)
    works = evidence[duty.task].works if duty.task in evidence else ()
    new = [work for work in works if work.author == "ai" and not known.issuperset(work.runs)]
    if not new:
        return Because(
            what=what, why="what other tasks showed, or what fades with time; no new change of its own", runs=()
        )
    held, escaped = sum(work.held for work in new), sum(work.escaped for work in new)
    why = f"{len(new)} AI-written change{'s' * (len(new) != 1)} since: {held} held, {len(new) - held} broke"
    why += f", {escaped} escaped into production" if escaped else ""
    runs = [run for work in reversed(new) for run in work.runs if run not in known]
    return Because(what=what, why=why, runs=tuple(runs[:_MOST_RUNS]))
