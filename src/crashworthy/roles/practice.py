"""How skills are practised: with this tool's weaknesses, with the defects of one's own ledger, and by its area."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from crashworthy.core.value import Value
from crashworthy.roles.catalogue import folder
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Skill
from crashworthy.roles.skills import weaknesses_of
from crashworthy.weaknesses.catalogue import CATALOGUE

_MOST_WEAKNESSES = 3


class Practice(Value):
    """What to do for skills of one area, and what shows that they were learned. `own` are the steps of these skills,
    `usual` those that all skills of the area share.
    """

    skills: tuple[str, ...]
    title: str
    own: tuple[str, ...]
    usual: tuple[str, ...]
    shows: str

    @property
    def steps(self) -> tuple[str, ...]:
        """All of them, the skills' own first."""
        return (*self.own, *self.usual)


def practice(skills: Sequence[Skill], evidence: Mapping[str, TaskEvidence]) -> Practice:
    """The practice of one or more skills of the same area; defects of the ledger come before what is only possible."""
    area = _areas()[skills[0].area]
    weaknesses = tuple(dict.fromkeys(weakness for skill in skills for weakness in weaknesses_of(skill)))
    return Practice(
        skills=tuple(skill.id for skill in skills),
        title="; ".join(skill.title for skill in skills),
        own=(*_of_ledger(weaknesses, evidence), *_of_weaknesses(weaknesses)),
        usual=tuple(area["steps"]),
        shows=area["shows"],
    )


def practices(skills: Iterable[Skill], evidence: Mapping[str, TaskEvidence]) -> tuple[Practice, ...]:
    """Skills of one area are practised together; areas in the order of their first skill."""
    by_area: dict[str, list[Skill]] = {}
    for skill in skills:
        by_area.setdefault(skill.area, []).append(skill)
    return tuple(practice(each, evidence) for each in by_area.values())


def _of_ledger(weaknesses: Sequence[str], evidence: Mapping[str, TaskEvidence]) -> tuple[str, ...]:
    """One step per defect of the ledger, the latest of each weakness."""
    known = frozenset(weaknesses)
    found = {
        defect.weakness: defect
        for each in evidence.values()
        for work in each.works
        for defect in work.defects
        if defect.weakness in known
    }
    return tuple(
        f"Play `crashworthy replay {defect.run} {defect.finding}`: {defect.title}. Mend it without help, and play it "
        "again."
        for defect in list(found.values())[:_MOST_WEAKNESSES]
    )


def _of_weaknesses(weaknesses: Sequence[str]) -> tuple[str, ...]:
    chosen = weaknesses[:_MOST_WEAKNESSES]
    if not chosen:
        return ()
    titles = "; ".join(CATALOGUE[weakness].title for weakness in chosen)
    return (f"Read the pages of {', '.join(chosen)} ({titles}), and find each in code of your own.",)


@cache
def _areas() -> dict[str, Any]:
    return tomllib.loads((folder() / "practice.toml").read_text(encoding="utf-8"))
