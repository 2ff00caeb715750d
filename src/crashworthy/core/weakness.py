"""Weakness: a class of defect, the only join between rules and experiments."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from crashworthy.core.value import Value


class Severity(StrEnum):
    """How bad the consequence is, from least to worst."""

    INFO = "info"
    MINOR = "minor"
    MAJOR = "major"
    BLOCKER = "blocker"

    @property
    def rank(self) -> int:
        """Position in the order of consequence, 0 for the least."""
        return list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this is as bad as `other` or worse."""
        return self.rank >= other.rank


class Family(StrEnum):
    """The part of the catalogue a weakness belongs to; one file and one folder each."""

    CONCURRENCY = "concurrency"
    DEPENDENCY = "dependency"
    INPUT = "input"
    ACCESS = "access"
    EXPOSURE = "exposure"
    CROSSSITE = "crosssite"
    INJECTION = "injection"
    DURABILITY = "durability"
    PARTIAL = "partial"
    RETRY = "retry"
    RESOURCE = "resource"


class Weakness(Value):
    """A class of defect.

    `title` names the fault, never the remedy. `cost` says what it costs in production. `tasks` are ids of
    role tasks (crashworthy.roles) whose hand-over to an AI this weakness speaks about.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    family: Family
    severity: Severity
    cwe: int | None = None
    cost: str
    tasks: tuple[str, ...] = ()
