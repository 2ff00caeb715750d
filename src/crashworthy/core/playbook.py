"""Playbook: per operation the shortest known way to a successful answer."""

from __future__ import annotations

from crashworthy.core.scenario import Step
from crashworthy.core.value import Value


class Way(Value):
    """Steps from a fresh state to a 2xx of `operation`; the last step is the operation itself."""

    operation: str
    actor: str = "A"
    status: int
    steps: tuple[Step, ...]


class Unreached(Value):
    """An operation without a known way, and why ("needs a credential", "always 500", ...)."""

    operation: str
    why: str


class Playbook(Value):
    """What the driver learned. An operation may have several ways, by different actors, the shortest first."""

    ways: tuple[Way, ...] = ()
    unreached: tuple[Unreached, ...] = ()
    requests: int = 0

    def way(self, operation: str, actor: str | None = None) -> Way | None:
        """The shortest known way to `operation`, by `actor` if one is named."""
        for way in self.ways:
            if way.operation == operation and actor in (None, way.actor):
                return way
        return None

    @property
    def reached(self) -> frozenset[str]:
        """Names of the operations with at least one way."""
        return frozenset(way.operation for way in self.ways)
