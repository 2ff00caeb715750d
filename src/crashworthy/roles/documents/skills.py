"""Skills of a role, what a team's changes show of them, and what one person lacks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.value import Value
from crashworthy.roles import catalogue
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Trend
from crashworthy.roles.score import RoleAssessment
from crashworthy.roles.skills import FEWEST_RUNS, SkillView, TeamGap, runs_of, skill_views, team_gaps

RELIED_ON = 3
"""The level at which others can rely on a skill; 1 has seen it, 2 does it with help."""


class PersonGap(Value):
    """A skill that a person has less of than the role asks; `hours`: what is left to learn."""

    skill: str
    title: str
    level: int
    hours: int
    priority: int


class SkillDocument(Value):
    """`team` is None below `fewest_runs` runs; `person` is None where nobody said what they can."""

    role: str
    title: str
    skills: tuple[SkillView, ...]
    runs: int
    fewest_runs: int
    team: tuple[TeamGap, ...] | None
    person: tuple[PersonGap, ...] | None


def skill_document(
    assessment: RoleAssessment, evidence: Mapping[str, TaskEvidence], have: Mapping[str, int] | None
) -> SkillDocument:
    """The document; `have` are a person's own levels by skill."""
    views = skill_views(assessment)
    return SkillDocument(
        role=assessment.role.id,
        title=assessment.role.title,
        skills=views,
        runs=runs_of(evidence),
        fewest_runs=FEWEST_RUNS,
        team=team_gaps(assessment.role.skills, evidence),
        person=None if have is None else person_gaps(views, have),
    )


def person_gaps(views: tuple[SkillView, ...], have: Mapping[str, int]) -> tuple[PersonGap, ...]:
    """What is missing of the role's skills that are worth learning, the highest priority first."""
    return tuple(
        PersonGap(
            skill=view.id,
            title=view.title,
            level=have.get(view.id, 0),
            hours=round(view.hours * (1 - have.get(view.id, 0) / RELIED_ON)),
            priority=view.priority,
        )
        for view in views
        if view.trend is not Trend.DECLINING and have.get(view.id, 0) < RELIED_ON
    )


def read_skills(file: Path) -> dict[str, int]:
    """A person's levels, 0 to 3, by skill, from a file of lines such as `http-api-design = 2`."""
    try:
        levels = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CrashworthyError(f"{file} cannot be read: {problem}") from None
    levels = levels.get("skills", levels)
    known = catalogue.skills()
    for skill, level in levels.items():
        if skill not in known:
            raise CrashworthyError(
                f"{file}: there is no skill called {skill!r}",
                remedy="`crashworthy role skills ROLE --json` names them.",
            )
        if level not in range(RELIED_ON + 1):
            raise CrashworthyError(f"{file}: {skill} = {level!r} is not a level from 0 to {RELIED_ON}")
    return dict(levels)
