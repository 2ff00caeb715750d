"""Ways from one set of tasks to another role: how much is the same, what is to be learned, how long that takes.

The distance between two roles is the hours of the skills that the target's tasks name and the start does not have.
The hours are rough guesses of ours, so the time is a range: from 0.7 to 1.6 times them. Wages are medians of a whole
occupation in one country; two roles of the same occupation have the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from crashworthy.core.value import Value
from crashworthy.roles.catalogue import Occupation, occupations
from crashworthy.roles.load import library
from crashworthy.roles.mapping import overlap
from crashworthy.roles.model import Role, Skill, Trend

WEEKS_PER_MONTH = 52 / 12
FASTER, SLOWER = 0.7, 1.6
LEAST_SAME = 0.05


class ToLearn(Value):
    """A skill to learn for a role: its hours, and the share of the role's time (0 to 1) whose tasks name it."""

    id: str
    title: str
    trend: Trend
    hours: int
    share: float
    why: str


class Pathway(Value):
    """A way to a role. `same`: the share of the time spent on the same tasks, 0 to 1; `months`: from, to.

    `wage` is the median of the role's nearest occupation with a known one, in US dollars a year, `experience` what is
    usual there in a related occupation; both None where no figure is known. `wage_checked`: see `Occupation`.
    """

    role: str
    title: str
    same: float
    hours: int
    months: tuple[float, float]
    learn: tuple[ToLearn, ...]
    wage: int | None
    wage_checked: bool
    experience: str | None


def pathways(
    shares: Mapping[str, float],
    have: Collection[str],
    *,
    hours_per_week: float,
    least_wage: int | None = None,
    no_experience: bool = False,
    leave_out: str | None = None,
) -> tuple[Pathway, ...]:
    """Ways from tasks with these shares of the time and these skills to the roles of the library, the nearest first.

    `least_wage` keeps roles whose wage is known and not less; `no_experience` those that need none in a related
    occupation. `leave_out` is the role one has.
    """
    found = [_pathway(role, shares, have, hours_per_week) for role in library().values() if role.id != leave_out]
    kept = [
        way
        for way in found
        if (least_wage is None or (way.wage is not None and way.wage >= least_wage))
        and (not no_experience or way.experience in (None, "none"))
    ]
    # A role of which one does nothing yet is no neighbour, however few its skills are.
    return tuple(sorted(kept, key=lambda way: (way.same < LEAST_SAME, way.hours * (1 - way.same), way.role)))


def occupation_of(role: Role) -> Occupation | None:
    """The role's nearest occupation of which a wage is known."""
    return next((occupations()[code] for code in role.occupations if code in occupations()), None)


def months(hours: float, hours_per_week: float) -> tuple[float, float]:
    """How long so many hours of learning take: from, to."""
    usual = hours / hours_per_week / WEEKS_PER_MONTH
    return round(FASTER * usual, 1), round(SLOWER * usual, 1)


def to_learn(role: Role, have: Collection[str]) -> tuple[ToLearn, ...]:
    """What the role asks beyond what one has, what takes most of its time first; what declines is left out."""
    missing = [skill for skill in role.skills if skill.id not in have and skill.trend is not Trend.DECLINING]
    listed = [
        ToLearn(
            id=skill.id,
            title=skill.title,
            trend=skill.trend,
            hours=skill.hours,
            share=_share(role, skill),
            why=skill.why,
        )
        for skill in missing
    ]
    return tuple(sorted(listed, key=lambda each: (-each.share, each.id)))


def _pathway(role: Role, shares: Mapping[str, float], have: Collection[str], hours_per_week: float) -> Pathway:
    learn = to_learn(role, have)
    hours = sum(each.hours for each in learn)
    occupation = occupation_of(role)
    return Pathway(
        role=role.id,
        title=role.title,
        same=round(overlap(dict(shares), role), 3),
        hours=hours,
        months=months(hours, hours_per_week),
        learn=learn,
        wage=occupation.wage if occupation else None,
        wage_checked=occupation is not None and occupation.checked,
        experience=occupation.experience if occupation else None,
    )


def _share(role: Role, skill: Skill) -> float:
    return round(sum(task.share for task in role.tasks if skill.id in task.skills), 3)
