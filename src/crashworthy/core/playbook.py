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


class Variant(Value):
    """A second way to an operation, for what the shortest way leaves out.

    `inputs` are the optional inputs that it gives in addition ("body.coupon_code"), filled with what other
    operations make where they name a thing. `branches` are places ("app.py:225") that only this way was seen to
    reach.
    """

    way: Way
    inputs: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


class Caller(Value):
    """How an actor makes itself known: the steps to take, and the headers to send then, as templates."""

    actor: str
    steps: tuple[Step, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


class Unreached(Value):
    """An operation without a known way, and why ("needs a credential", "always 500", ...)."""

    operation: str
    why: str


class Playbook(Value):
    """What the driver learned. An operation may have several ways, by different actors, the shortest first.

    `variants` go further than these: with optional inputs, or into rare branches.
    """

    ways: tuple[Way, ...] = ()
    variants: tuple[Variant, ...] = ()
    callers: tuple[Caller, ...] = ()
    unreached: tuple[Unreached, ...] = ()
    requests: int = 0

    def way(self, operation: str, actor: str | None = None) -> Way | None:
        """The shortest known way to `operation`, by `actor` if one is named."""
        for way in self.ways:
            if way.operation == operation and actor in (None, way.actor):
                return way
        return None

    def rich(self, operation: str) -> Way | None:
        """The known way to `operation` that gives the most of its inputs; the shortest where no other is known."""
        found = [variant for variant in self.variants if variant.way.operation == operation and variant.inputs]
        return max(found, key=lambda variant: len(variant.inputs)).way if found else self.way(operation)

    @property
    def reached(self) -> frozenset[str]:
        """Names of the operations with at least one way."""
        return frozenset(way.operation for way in self.ways)
