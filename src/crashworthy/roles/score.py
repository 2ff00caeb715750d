"""A role as a whole: every task's stage and interval, and the AI Impact Score with its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from crashworthy.core.value import Value
from crashworthy.roles.estimate import INTERVAL, Estimate, estimate, quantile
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Figure, Role, Source, Stage, Task
from crashworthy.roles.prior import Prior, PriorModel
from crashworthy.roles.stage import Decision, Lines, decide, lines

Interval = tuple[float, float]


class TaskAssessment(NamedTuple):
    """All that is known of one task, and what follows."""

    task: Task
    prior: Prior | None
    evidence: TaskEvidence
    estimate: Estimate
    lines: Lines
    decision: Decision

    @property
    def interval(self) -> Interval:
        """The 90 % interval of the share of the task that an AI does to the standard."""
        draws = self.estimate.done
        return quantile(draws, INTERVAL[0]), quantile(draws, INTERVAL[1])

    @property
    def mean(self) -> float:
        """Its expectation."""
        return math.fsum(self.estimate.done) / len(self.estimate.done)


class RoleAssessment(NamedTuple):
    """A role's tasks and its score, 0 to 100: the share of its working time whose work an AI does to the standard."""

    role: Role
    tasks: tuple[TaskAssessment, ...]
    score: float
    interval: Interval

    @property
    def changes(self) -> int:
        """How many different changes the ledger's evidence comes from."""
        return len({work.number for each in self.tasks for work in each.evidence.works})

    def task(self, task_id: str) -> TaskAssessment | None:
        """The assessment of the task with that id."""
        return next((each for each in self.tasks if each.task.id == task_id), None)


class TaskPage(Value):
    """One task as `role show --json` gives it; shares are from 0 to 1."""

    id: str
    title: str
    share: float
    stage: Stage
    stage_probabilities: dict[Stage, float]
    reason: str
    close: bool
    estimate: float
    interval: Interval
    prior: dict[str, float | str] | None
    evidence_share: float
    changes: dict[str, int]
    published: tuple[Figure, ...]
    sources: tuple[str, ...]


class RolePage(Value):
    """A role as `role show --json` gives it; the score and its interval are from 0 to 100."""

    role: str
    title: str
    score: float
    interval: Interval
    changes: int
    tasks: tuple[TaskPage, ...]
    figures: tuple[Figure, ...]
    sources: tuple[Source, ...]


def assess(role: Role, evidence: Mapping[str, TaskEvidence], model: PriorModel) -> RoleAssessment:
    """What is known of the role, from its file, the published ratings and the ledger's evidence by task id."""
    tasks = tuple(_assess_task(task, evidence[task.id], model) for task in role.tasks)
    # The same place in every task's draws is one possible world, so errors that tasks share do not cancel out.
    worlds = zip(*(each.estimate.done for each in tasks), strict=True)
    scores = [100 * math.fsum(each.task.share * done for each, done in zip(tasks, w, strict=True)) for w in worlds]
    score = math.fsum(scores) / len(scores)
    return RoleAssessment(role, tasks, score, (quantile(scores, INTERVAL[0]), quantile(scores, INTERVAL[1])))


def to_page(assessment: RoleAssessment) -> RolePage:
    """The assessment as values for machines."""
    low, high = assessment.interval
    return RolePage(
        role=assessment.role.id,
        title=assessment.role.title,
        score=round(assessment.score, 1),
        interval=(round(low, 1), round(high, 1)),
        changes=assessment.changes,
        tasks=tuple(_task_page(each) for each in assessment.tasks),
        figures=assessment.role.figures,
        sources=assessment.role.sources,
    )


def _assess_task(task: Task, evidence: TaskEvidence, model: PriorModel) -> TaskAssessment:
    # Anchors first: an engineer's short phrases are far from the wording of the tasks that were rated.
    prior = model.of_anchors(task.anchors) or model.of_text(f"{task.title}. {task.description}")
    believed = estimate(prior, evidence)
    return TaskAssessment(
        task, prior, evidence, believed, lines(task.demands), decide(believed, evidence, task.demands)
    )


def _task_page(each: TaskAssessment) -> TaskPage:
    low, high = each.interval
    runs = [run for work in each.evidence.works for run in work.runs]
    return TaskPage(
        id=each.task.id,
        title=each.task.title,
        share=each.task.share,
        stage=each.decision.stage,
        stage_probabilities={stage: round(p, 3) for stage, p in each.decision.probabilities.items()},
        reason=each.decision.reason,
        close=each.decision.close,
        estimate=round(each.mean, 3),
        interval=(round(low, 3), round(high, 3)),
        prior=None
        if each.prior is None
        else {
            name: value if isinstance(value, str) else round(value, 3) for name, value in each.prior._asdict().items()
        },
        evidence_share=round(each.estimate.evidence_share, 3),
        changes={author: len(each.evidence.by(author)) for author in ("ai", "human", "unknown")},
        published=each.task.figures,
        sources=(
            *(f"onet:{anchor}" for anchor in each.task.anchors),
            *(f"published:{figure.source}" for figure in each.task.figures),
            *(f"run:{run}" for run in runs),
        ),
    )
