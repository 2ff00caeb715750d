"""What handing over would save or cost a team: the model's draws, times assumptions that the user can change.

Per unit of a task's work, with the work of a person as 1 and p of what an AI writes right (`stage` has the reasons):

    people      1
    draft       review · R + 1 - s · p       s: how much of a right draft's time is really saved
    hand over   1 - s · p + (1 - p) · escape · D

so with s = R = D = 1 these are the costs by which stages are decided. s is where published measurements are soft:
in one trial, experienced developers needed 19 % more time with the tools, not less (METR, 2025).

A policy says which way each task goes. Adoption is the share of the work that really goes that way; the rest is done
by people as before.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from crashworthy.core.value import Value
from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.model import Stage
from crashworthy.roles.score import RoleAssessment, TaskAssessment
from crashworthy.roles.simulation import Inputs, Range, Result, Swing, by_width, draw, result, swing_of_belief, tornado

WEEKS_PER_QUARTER = 13


class Policy(StrEnum):
    """Which way tasks go."""

    RECOMMENDED = "recommended"
    DRAFT_ALL = "draft-all"
    HAND_OVER_ALL = "hand-over-all"


ASSUMPTIONS = {
    "team": Range(low=8, likely=8, high=8, title="people in the team"),
    "hours": Range(low=30, likely=34, high=38, title="hours of such work per person and week", unit="h"),
    "rate": Range(low=70, likely=85, high=110, title="cost of an hour", unit="per h"),
    "adoption": Range(low=0.3, likely=0.6, high=0.9, title="adoption: share of the work that goes the new way"),
    "review": Range(low=0.7, likely=1.0, high=1.5, title="review cost, against what the tasks' demands say"),
    "defect": Range(low=0.5, likely=1.0, high=2.0, title="cost of an escaped defect, against what the demands say"),
    "saved": Range(low=0.5, likely=0.8, high=1.0, title="share of a right draft's time that is really saved"),
}


class PolicyResult(Value):
    """What a policy brings: hours a week for the team, and money a quarter, after review and escaped defects."""

    policy: Policy
    hours_per_week: Result
    money_per_quarter: Result
    swings: tuple[Swing, ...]


class TaskSaving(Value):
    """Of one task under the recommended policy: its way, and hours a week for the team."""

    task: str
    title: str
    way: str
    hours_per_week: Result


class Scenario(Value):
    """The assumptions and what follows from them under each policy."""

    role: str
    title: str
    assumptions: dict[str, Range]
    policies: tuple[PolicyResult, ...]
    tasks: tuple[TaskSaving, ...]
    draws: int


def scenario(assessment: RoleAssessment, assumptions: dict[str, Range], *, seed: int = 2026) -> Scenario:
    """Every policy over the same draws, so that they can be compared."""
    size = len(assessment.tasks[0].estimate.draws)
    inputs = draw(assumptions, size, seed)
    score = sum((each.task.share * each.estimate.draws for each in assessment.tasks), np.zeros(size))
    return Scenario(
        role=assessment.role.id,
        title=assessment.role.title,
        assumptions=assumptions,
        policies=tuple(_policy(policy, assessment, assumptions, inputs, score) for policy in Policy),
        tasks=tuple(_task(each, inputs) for each in sorted(assessment.tasks, key=lambda each: -each.task.share)),
        draws=size,
    )


def _policy(
    policy: Policy, assessment: RoleAssessment, assumptions: dict[str, Range], inputs: Inputs, score: Array
) -> PolicyResult:
    def hours(given: Inputs) -> Array:
        return sum((_hours(each, _way(each, policy), given) for each in assessment.tasks), np.zeros_like(score))

    def money(given: Inputs) -> Array:
        return np.asarray(WEEKS_PER_QUARTER * given["rate"] * hours(given))

    earned = money(inputs)
    belief = swing_of_belief(earned, score, "what AI does to the standard: what is not known of the tasks")
    return PolicyResult(
        policy=policy,
        hours_per_week=result(hours(inputs)),
        money_per_quarter=result(earned),
        swings=by_width([belief, *tornado(money, inputs, assumptions)]),
    )


def _task(each: TaskAssessment, inputs: Inputs) -> TaskSaving:
    way = _way(each, Policy.RECOMMENDED)
    return TaskSaving(
        task=each.task.id, title=each.task.title, way=way.value, hours_per_week=result(_hours(each, way, inputs))
    )


class Way(StrEnum):
    """Who does a unit of work."""

    PEOPLE = "people"
    DRAFT = "draft and review"
    HAND_OVER = "hand over"


_WAYS = {
    Stage.HUMAN: Way.PEOPLE,
    Stage.AI_ASSISTED: Way.DRAFT,
    Stage.AT_RISK: Way.HAND_OVER,
    Stage.AUTOMATED: Way.HAND_OVER,
}


def _way(each: TaskAssessment, policy: Policy) -> Way:
    match policy:
        case Policy.RECOMMENDED:
            return _WAYS[each.decision.stage]
        case Policy.DRAFT_ALL:
            return Way.DRAFT
        case Policy.HAND_OVER_ALL:
            return Way.HAND_OVER


def _hours(each: TaskAssessment, way: Way, given: Inputs) -> Array:
    """Hours a week that the team saves on a task; below 0 it loses."""
    hours = given["team"] * given["hours"] * each.task.share
    return np.asarray(hours * given["adoption"] * (1 - _cost(each, way, given)))


def _cost(each: TaskAssessment, way: Way, given: Inputs) -> Array:
    right, at = each.estimate.draws, each.costs
    match way:
        case Way.PEOPLE:
            return np.ones_like(right)
        case Way.DRAFT:
            return np.asarray(at.review * given["review"] + 1 - given["saved"] * right)
        case Way.HAND_OVER:
            return np.asarray(1 - given["saved"] * right + (1 - right) * at.escape * given["defect"])
