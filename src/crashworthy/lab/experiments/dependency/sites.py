"""Which operations to hold: those that reach one outbound call are one candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crashworthy.core.location import Location
from crashworthy.lab.experiments.dependency.holding import GLANCE_S, HOLD_S
from crashworthy.lab.experiments.experiment import Candidate, Lab
from crashworthy.weaknesses.dependency import HELD_BY_SLOW_DEPENDENCY

_SUSPECTED = 90.0
_REACHING = 160.0
_UNKNOWN = 4.0
_LOOK_S = 0.5
"""What it costs to see that a request makes no call."""


@dataclass
class _Site:
    location: Location
    why: str
    suspicions: Counter[str] = field(default_factory=Counter)

    def operations(self, lab: Lab) -> list[str]:
        """The most suspected first; among equals, what is done soonest."""
        return sorted(self.suspicions, key=lambda name: (-self.suspicions[name], _steps(lab, name), name))


def candidates(lab: Lab) -> Sequence[Candidate]:
    """One for each suspected call, for each other call, and for each operation that might make a call unseen."""
    reached = lab.playbook.reached
    suspected: dict[str, _Site] = {}
    for suspicion in lab.suspicions:
        if suspicion.weakness == HELD_BY_SLOW_DEPENDENCY.id:
            site = suspected.setdefault(f"{suspicion.location}", _Site(suspicion.location, suspicion.message))
            site.suspicions.update(name for name in suspicion.operations if name in reached)
    covered = {name for site in suspected.values() for name in site.suspicions}
    others: dict[str, _Site] = {}
    for call in lab.tree.outbound:
        reaching = set(lab.tree.operations_reaching(call.location)) & reached - covered
        if reaching:
            covered |= reaching
            # Who reaches a suspected call by a way that no rule follows waits there as well.
            known = suspected.get(f"{call.location}")
            found = known or others.setdefault(f"{call.location}", _Site(call.location, "calls another service"))
            found.suspicions.update(reaching)
    sites = [
        *_of(suspected.values(), lab, _SUSPECTED, suspected=True),
        *_of(others.values(), lab, _REACHING, suspected=False),
    ]
    if lab.tree.outbound or lab.testbed.dependencies:
        sites += [
            Candidate(
                HELD_BY_SLOW_DEPENDENCY, (operation.name,), "may call another service", _UNKNOWN, _LOOK_S, proof_s=0.0
            )
            for operation in lab.operations
            if operation.name in reached and operation.name not in covered
        ]
    return sites


def _of(sites: Iterable[_Site], lab: Lab, priority: float, *, suspected: bool) -> list[Candidate]:
    return [
        Candidate(
            weakness=HELD_BY_SLOW_DEPENDENCY,
            operations=tuple(site.operations(lab)),
            why=site.why,
            priority=priority,
            estimate_s=HOLD_S + 2 + (GLANCE_S + 1) * (len(site.suspicions) - 1),
            waits_s=HOLD_S + GLANCE_S * (len(site.suspicions) - 1),
            location=site.location,
            suspected=suspected,
        )
        for site in sites
        if site.suspicions
    ]


def _steps(lab: Lab, operation: str) -> int:
    way = lab.playbook.way(operation)
    return len(way.steps) if way else 0
