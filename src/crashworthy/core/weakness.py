"""Weakness: a class of defect, the only join between rules and experiments."""

from __future__ import annotations

import re
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
    TIME = "time"
    READBACK = "readback"
    RESOURCE = "resource"
    WORKERS = "workers"
    CONSERVATION = "conservation"


class Reference(Value):
    """Where more can be read: a requirement, a standard, a paper."""

    title: str
    url: str = Field(pattern=r"^https://")


class Weakness(Value):
    """A class of defect.

    `title` names the fault, never the remedy. `cost` says what it costs in production. `tasks` are ids of
    role tasks (crashworthy.roles) whose hand-over to an AI this weakness speaks about. `proven_by` says what has to be
    seen for a proof, and what does not count. `mend` says in two to five sentences how it is mended in practice, and
    at what price; the first is an instruction that stands alone. Both may mark code with backquotes.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    family: Family
    severity: Severity
    cwe: int | None = None
    cost: str
    tasks: tuple[str, ...] = ()
    proven_by: str = ""
    mend: str = ""
    references: tuple[Reference, ...] = ()

    @property
    def mend_in_short(self) -> str:
        """The first sentence of `mend`."""
        return _NEXT_SENTENCE.split(self.mend, maxsplit=1)[0]


_NEXT_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z`])")
