"""A role as a whole: every task's stage and interval, and the AI Impact Score with its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

import numpy as np

from crashworthy.core.value import Value
from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.detection import detection_of, shares
from crashworthy.roles.estimate import INTERVAL, Estimate, estimate, quantile
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Figure, Role, Source, Stage, Task
from crashworthy.roles.prior import Prior, PriorModel
from crashworthy.roles.quadrant import Place, Quadrant, place
from crashworthy.roles.stage import Costs, Decision, costs, decide
from crashworthy.roles.threat import Threat, threat
from crashworthy.roles.what_next import Turn, turn

Interval = tuple[float, float]


class TaskAssessment(NamedTuple):
    """All that is known of one task, and what follows."""

    task: Task
    prior: Prior | None
    evidence: TaskEvidence
    estimate: Estimate
    costs: Costs
    decision: Decision
    turn: Turn
    place: Place


class Past(NamedTuple):
    """The score a number of quarters ago."""

    quarters_ago: int
    score: float
    interval: Interval


class RoleAssessment(NamedTuple):
    """A role's tasks and its score, 0 to 100: the share of its working time whose work an AI does to the standard.

    `change` is the score's change over the last quarter with its interval, None without older evidence. `past`: the
    score as far back as the evidence reaches, the oldest first, this quarter last.
    """

    role: Role
    tasks: tuple[TaskAssessment, ...]
    score: float
    interval: Interval
    threat: Threat
    past: tuple[Past, ...]
    change: tuple[float, Interval] | None = None

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
    quadrant: Quadrant
    quadrant_probability: float
    judgement: float
    skills: tuple[str, ...]
    turn: dict[str, int | None]
    changes: dict[str, int]
    published: tuple[Figure, ...]
    sources: tuple[str, ...]


class RolePage(Value):
    """A role as `role show --json` gives it; the score and its interval are from 0 to 100, the threat's to 10.

    `past`: (quarters ago, score, low, high), the oldest first.
    """

    role: str
    title: str
    score: float
    interval: Interval
    change: float | None
    change_interval: Interval | None
    threat: float
    threat_interval: Interval
    past: tuple[tuple[int, float, float, float], ...]
    changes: int
    tasks: tuple[TaskPage, ...]
    figures: tuple[Figure, ...]
    sources: tuple[Source, ...]


def assess(
    role: Role, evidence: Mapping[str, TaskEvidence], model: PriorModel, today: date | None = None
) -> RoleAssessment:
    """What is known of the role, from its file, the published ratings and the ledger's evidence by task id."""
    today = today or datetime.now(UTC).date()
    # Anchors first: an engineer's short phrases are far from the wording of the tasks that were rated.
    priors = {
        task.id: model.of_anchors(task.anchors) or model.of_text(f"{task.title}. {task.description}")
        for task in role.tasks
    }
    believed = estimate(priors, evidence, today, {task.id: task.demands for task in role.tasks})
    tasks = tuple(_assess_task(task, priors[task.id], evidence[task.id], believed[task.id]) for task in role.tasks)
    # The same place in every task's draws is one possible world, so errors that tasks share do not cancel out.
    shares = np.array([task.share for task in role.tasks])
    now = 100 * shares @ np.array([each.estimate.draws for each in tasks])
    change = now - 100 * shares @ np.array([each.estimate.before for each in tasks])
    moved = (float(np.mean(change)), _interval(change)) if np.any(change) else None
    return RoleAssessment(
        role=role,
        tasks=tasks,
        score=float(np.mean(now)),
        interval=_interval(now),
        threat=threat(
            [task.share for task in role.tasks],
            [task.demands.routine for task in role.tasks],
            [each.estimate.draws for each in tasks],
        ),
        past=_past(shares, np.array([each.estimate.history for each in tasks])),
        change=moved,
    )


def to_page(assessment: RoleAssessment) -> RolePage:
    """The assessment as values for machines."""
    return RolePage(
        role=assessment.role.id,
        title=assessment.role.title,
        score=round(assessment.score, 1),
        interval=_rounded(assessment.interval),
        change=None if assessment.change is None else round(assessment.change[0], 1),
        change_interval=None if assessment.change is None else _rounded(assessment.change[1]),
        threat=round(assessment.threat.score, 1),
        threat_interval=_rounded(assessment.threat.interval),
        past=tuple((past.quarters_ago, round(past.score, 1), *_rounded(past.interval)) for past in assessment.past),
        changes=assessment.changes,
        tasks=tuple(_task_page(each) for each in assessment.tasks),
        figures=assessment.role.figures,
        sources=assessment.role.sources,
    )


def _assess_task(task: Task, prior: Prior | None, evidence: TaskEvidence, believed: Estimate) -> TaskAssessment:
    at = costs(task.demands)
    found = sum(share * detection_of(weakness).mean for weakness, share in shares(evidence.weaknesses).items())
    decision = decide(believed.draws, evidence, task.demands)
    what_next = turn(believed.draws, at, found)
    return TaskAssessment(
        task, prior, evidence, believed, at, decision, what_next, place(believed.draws, task.demands, at.assist)
    )


def _past(shares: Array, history: Array) -> tuple[Past, ...]:
    """The score of each quarter from histories of shape (tasks, draws, quarters)."""
    scores = 100 * np.tensordot(shares, history, axes=1)
    quarters = range(scores.shape[1] - 1, -1, -1)
    return tuple(Past(ago, float(scores[:, ago].mean()), _interval(scores[:, ago])) for ago in quarters)


def _rounded(interval: Interval) -> Interval:
    return round(interval[0], 1), round(interval[1], 1)


def _interval(draws: Array) -> Interval:
    return quantile(draws, INTERVAL[0]), quantile(draws, INTERVAL[1])


def _task_page(each: TaskAssessment) -> TaskPage:
    low, high = each.estimate.interval
    runs = [run for work in each.evidence.works for run in work.runs]
    return TaskPage(
        id=each.task.id,
        title=each.task.title,
        share=each.task.share,
        stage=each.decision.stage,
        stage_probabilities={stage: round(p, 3) for stage, p in each.decision.probabilities.items()},
        reason=each.decision.reason,
        close=each.decision.close,
        estimate=round(each.estimate.mean, 3),
        interval=(round(low, 3), round(high, 3)),
        prior=None
        if each.prior is None
        else {
            name: value if isinstance(value, str) else round(value, 3) for name, value in each.prior._asdict().items()
        },
        evidence_share=round(each.estimate.evidence_share, 3),
        quadrant=each.place.quadrant,
        quadrant_probability=round(each.place.probability, 3),
        judgement=round(each.place.up, 3),
        skills=each.task.skills,
        turn=each.turn._asdict(),
        changes={author: len(each.evidence.by(author)) for author in ("ai", "human", "unknown")},
        published=each.task.figures,
        sources=(
            *(f"onet:{anchor}" for anchor in each.task.anchors),
            *(f"published:{figure.source}" for figure in each.task.figures),
            *(f"run:{run}" for run in runs),
        ),
    )
