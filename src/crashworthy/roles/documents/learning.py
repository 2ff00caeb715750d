"""A learning plan: how the hours of a number of weeks are split, what is learned in them, and what shows that it was.

The split begins at 40 % depth in the role, 30 % system design, 20 % algorithms, 10 % development with AI. What the
ledger's changes broke by pulls it a fifth of the way, and so does the role that somebody wants to reach.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from crashworthy.core.value import Value
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Role, Skill, Trend
from crashworthy.roles.pathways import to_learn
from crashworthy.roles.practice import Practice, practice
from crashworthy.roles.score import RoleAssessment
from crashworthy.roles.skills import TeamGap, skill_views, team_gaps

DEFAULT = {"depth": 0.4, "design": 0.3, "algorithms": 0.2, "assisted": 0.1}
TITLES = {
    "depth": "Depth in the role",
    "design": "System design",
    "algorithms": "Algorithms",
    "assisted": "Development with AI",
}
_PULL = 0.2
_PART = {"design": "design", "leadership": "design", "algorithms": "algorithms", "assisted": "assisted"}
_LEAST_HOURS = 2
_LEAST_LESSON = 5.0
_LESSONS = 4
"""Into about so many lessons a part is cut, so that no single skill takes all of it."""
_OF_GAP = 200
"""What a skill by which every change broke counts, where 100 is the highest priority of the role."""
_OF_GOAL = 80


class Lesson(Value):
    """A skill to learn, from one week to another: `hours` of the `of_hours` that it takes, and what to do."""

    skill: str
    title: str
    hours: int
    of_hours: int
    weeks: tuple[int, int]
    why: str
    practice: Practice


class PlanPart(Value):
    """A part of the split: its share, what pulled it away from the default, and its lessons."""

    part: str
    title: str
    default: float
    share: float
    hours: int
    lessons: tuple[Lesson, ...]


class LearningPlan(Value):
    """The plan. `because`: what changed the split."""

    title: str
    goal: str | None
    weeks: int
    hours_per_week: float
    because: tuple[str, ...]
    parts: tuple[PlanPart, ...]


def learning_plan(
    assessment: RoleAssessment,
    evidence: Mapping[str, TaskEvidence],
    *,
    goal: Role | None,
    have: Collection[str],
    weeks: int,
    hours_per_week: float,
) -> LearningPlan:
    """The plan for a role, or on the way from it to another; `have`: skills that need no time any more."""
    gaps = {gap.skill: gap for gap in team_gaps(assessment.role.skills, evidence) or ()}
    skills = {skill.id: skill for skill in (*assessment.role.skills, *(goal.skills if goal else ()))}
    ahead = (
        {each.id: each.share for each in to_learn(goal, {*have, *(s.id for s in assessment.role.skills)})}
        if goal
        else {}
    )
    split, because = _split(skills, gaps, ahead, goal)
    urgency = {view.id: float(view.priority) for view in skill_views(assessment)}
    for skill, gap in gaps.items():
        urgency[skill] = urgency.get(skill, 0.0) + _OF_GAP * _rate(gap)
    for skill, share in ahead.items():
        urgency[skill] = urgency.get(skill, 0.0) + _OF_GOAL * (1 + share)
    open_ = [s for s in skills.values() if s.id not in have and s.trend is not Trend.DECLINING]
    open_.sort(key=lambda skill: (-urgency.get(skill.id, 0.0), skill.id))
    parts = []
    for part, share in split.items():
        hours = share * weeks * hours_per_week
        chosen = [skill for skill in open_ if _part(skill) == part]
        parts.append(
            PlanPart(
                part=part,
                title=TITLES[part],
                default=DEFAULT[part],
                share=round(share, 2),
                hours=round(hours),
                lessons=tuple(_lessons(chosen, hours, weeks, evidence, gaps, ahead)),
            )
        )
    return LearningPlan(
        title=assessment.role.title,
        goal=goal.title if goal else None,
        weeks=weeks,
        hours_per_week=hours_per_week,
        because=tuple(because),
        parts=tuple(parts),
    )


def _split(
    skills: Mapping[str, Skill], gaps: Mapping[str, TeamGap], ahead: Mapping[str, float], goal: Role | None
) -> tuple[dict[str, float], list[str]]:
    split, because = dict(DEFAULT), list[str]()
    broken = {skill: _rate(gap) for skill, gap in gaps.items()}
    for pull, title in (
        (broken, "what the ledger's changes broke by"),
        (ahead, f"the way to {goal.title.lower() if goal else ''}"),
    ):
        wanted: defaultdict[str, float] = defaultdict(float)
        for skill, weight in pull.items():
            wanted[_part(skills[skill])] += weight
        total = sum(wanted.values())
        if total:
            before = dict(split)
            split = {part: (1 - _PULL) * share + _PULL * wanted[part] / total for part, share in split.items()}
            most = max(split, key=lambda part: split[part] - before[part])
            because.append(f"{title}: {TITLES[most]} from {before[most]:.0%} to {split[most]:.0%}")
    return split, because


def _lessons(
    skills: Iterable[Skill],
    hours: float,
    weeks: int,
    evidence: Mapping[str, TaskEvidence],
    gaps: Mapping[str, TeamGap],
    ahead: Mapping[str, float],
) -> Iterable[Lesson]:
    """Lessons one after another until the hours are used. Most skills are begun in a plan, and not finished."""
    used = 0.0
    for skill in skills:
        given = min(float(skill.hours), max(_LEAST_LESSON, hours / _LESSONS), hours - used)
        if given < _LEAST_HOURS:
            return
        first, last = 1 + int(used / hours * weeks), max(1, round((used + given) / hours * weeks))
        yield Lesson(
            skill=skill.id,
            title=skill.title,
            hours=round(given),
            of_hours=skill.hours,
            weeks=(min(first, last), last),
            why=_why(skill, gaps, ahead),
            practice=practice([skill], evidence),
        )
        used += given


def _why(skill: Skill, gaps: Mapping[str, TeamGap], ahead: Mapping[str, float]) -> str:
    if skill.id in gaps:
        gap = gaps[skill.id]
        return f"{gap.broke} of the {gap.changes} changes in which its weaknesses were tried broke by one. {skill.why}"
    if skill.id in ahead:
        return f"{ahead[skill.id]:.0%} of the time of the role ahead needs it. {skill.why}"
    return skill.why


def _rate(gap: TeamGap) -> float:
    """The share of changes that broke, so that one of one counts for less than thirty of forty (Laplace)."""
    return gap.broke / (gap.changes + 2)


def _part(skill: Skill) -> str:
    return _PART.get(skill.area, "depth")
