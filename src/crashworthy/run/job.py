"""Job: all that the engine in the box is told, as one JSON file."""

from __future__ import annotations

from crashworthy.constraints.model import Constraints
from crashworthy.core.value import Value
from crashworthy.core.weakness import Severity

DEFAULT_BUDGET_S = 120.0


class Job(Value):
    """One run, decided outside the box. Paths are absolute.

    `source` is the user's folder, which is only read; `python` the interpreter that has the service's
    packages, or None for a service in another language. `recordings` are files of recorded requests. `given` are the
    variables of `--env`. `installed`
    are report lines about the environment. `only` and `skip` are ids of weaknesses. `lanes` is how many copies of the
    service may be experimented on side by side; `in_memory`, whether their files may be there and need not be kept.
    """

    run: str
    folder: str
    source: str
    python: str | None
    constraints: Constraints
    openapi: str | None = None
    recordings: tuple[str, ...] = ()
    given: dict[str, str] = {}
    installed: tuple[str, ...] = ()
    budget_s: float = DEFAULT_BUDGET_S
    seed: int = 0
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    fail_on: Severity = Severity.MAJOR
    allow_unknown: bool = False
    contain: bool = True
    lanes: int = 1
    in_memory: bool = False
    started_at: str

    def wants(self, weakness: str) -> bool:
        """Whether this weakness, by its id, is to be tried and told."""
        return (not self.only or weakness in self.only) and weakness not in self.skip
