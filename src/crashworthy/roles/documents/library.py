"""The library: all roles, or one opened."""

from __future__ import annotations

from crashworthy.core.value import Value
from crashworthy.roles.load import library
from crashworthy.roles.model import Role, Trend
from crashworthy.roles.pathways import occupation_of


class RoleEntry(Value):
    """A role in the list. `emerging`: how many of its skills; `wage`: see `pathways.Pathway`."""

    id: str
    title: str
    aliases: tuple[str, ...]
    description: str
    tasks: int
    skills: int
    emerging: int
    wage: int | None
    wage_checked: bool


class Library(Value):
    """All roles, and the one that is open."""

    roles: tuple[RoleEntry, ...]
    opened: Role | None = None


def library_document(opened: Role | None) -> Library:
    """The library with that role open."""
    return Library(roles=tuple(_entry(role) for role in library().values()), opened=opened)


def _entry(role: Role) -> RoleEntry:
    occupation = occupation_of(role)
    return RoleEntry(
        id=role.id,
        title=role.title,
        aliases=role.aliases,
        description=role.description,
        tasks=len(role.tasks),
        skills=len(role.skills),
        emerging=sum(skill.trend is Trend.EMERGING for skill in role.skills),
        wage=occupation.wage if occupation else None,
        wage_checked=occupation is not None and occupation.checked,
    )
