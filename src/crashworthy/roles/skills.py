"""What a role's tasks ask of people, which of it matters most, and what a person or a team has still to learn.

The priority of a skill is the share of the role's time whose tasks name it, times how probable it is that people go on
deciding those tasks, times its trend; the largest is 100. The trend is our judgement and says why.

A team's gaps are counted in changes: never by author, and not below `FEWEST_RUNS` runs, under which a figure about a
team is a figure about somebody.
"""

from __future__ import annotations

from collections.abc import Mapping

from crashworthy.core.value import Value
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Skill, Stage, Trend
from crashworthy.roles.score import RoleAssessment, TaskAssessment
from crashworthy.weaknesses.catalogue import CATALOGUE

FEWEST_RUNS = 5
_OF_TREND = {Trend.EMERGING: 1.5, Trend.STEADY: 1.0, Trend.DECLINING: 0.25}


class SkillView(Value):
    """A skill of a role: its `priority` 0 to 100, and the share of the time (0 to 1) whose tasks name it."""

    id: str
    title: str
    area: str
    trend: Trend
    priority: int
    share: float
    hours: int
    why: str
    tasks: tuple[str, ...]
    weaknesses: tuple[str, ...]


class TeamGap(Value):
    """What a team's changes broke by, for one skill: `broke` of `changes` changes that tried it."""

    skill: str
    title: str
    broke: int
    changes: int
    weaknesses: tuple[str, ...]


def skill_views(assessment: RoleAssessment) -> tuple[SkillView, ...]:
    """The skills of a role, the highest priority first."""
    tasks = {
        skill.id: [each for each in assessment.tasks if skill.id in each.task.skills]
        for skill in assessment.role.skills
    }
    weights = {skill.id: _weight(skill, tasks[skill.id]) for skill in assessment.role.skills}
    most = max(weights.values(), default=0.0) or 1.0
    views = (
        SkillView(
            id=skill.id,
            title=skill.title,
            area=skill.area,
            trend=skill.trend,
            priority=round(100 * weights[skill.id] / most),
            share=round(sum(each.task.share for each in tasks[skill.id]), 3),
            hours=skill.hours,
            why=skill.why,
            tasks=tuple(each.task.id for each in tasks[skill.id]),
            weaknesses=weaknesses_of(skill),
        )
        for skill in assessment.role.skills
    )
    return tuple(sorted(views, key=lambda view: (-view.priority, view.id)))


def weaknesses_of(skill: Skill) -> tuple[str, ...]:
    """The weaknesses that practise a skill."""
    return tuple(weakness.id for weakness in CATALOGUE.values() if weakness.family.value in skill.families)


def runs_of(evidence: Mapping[str, TaskEvidence]) -> int:
    """How many runs the evidence comes from."""
    return len({run for each in evidence.values() for work in each.works for run in work.runs})


def team_gaps(skills: tuple[Skill, ...], evidence: Mapping[str, TaskEvidence]) -> tuple[TeamGap, ...] | None:
    """What the changes in a ledger broke by, per skill, the most first; None when there are too few runs to say."""
    if runs_of(evidence) < FEWEST_RUNS:
        return None
    gaps = []
    for skill in skills:
        known = frozenset(weaknesses_of(skill))
        tried, broke, seen = set[int](), set[int](), dict[str, None]()
        for each in evidence.values():
            for work in each.works:
                defects = [defect.weakness for defect in work.defects if defect.weakness in known]
                if defects or known & set(work.tried):
                    tried.add(work.number)
                if defects:
                    broke.add(work.number)
                    seen |= dict.fromkeys(defects)
        if broke:
            gaps.append(
                TeamGap(skill=skill.id, title=skill.title, broke=len(broke), changes=len(tried), weaknesses=tuple(seen))
            )
    return tuple(sorted(gaps, key=lambda gap: (-gap.broke / gap.changes, -gap.broke, gap.skill)))


def _weight(skill: Skill, tasks: list[TaskAssessment]) -> float:
    kept = (
        each.task.share * (each.decision.probabilities[Stage.HUMAN] + each.decision.probabilities[Stage.AI_ASSISTED])
        for each in tasks
    )
    return _OF_TREND[skill.trend] * sum(kept)
