"""What every experiment is: candidates, a run that yields a history, and a judge of histories."""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from crashworthy.core.events import Emit
from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.core.location import Location
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook
from crashworthy.core.scenario import Scenario
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.weakness import Weakness
from crashworthy.lab.testbed import Capability, Testbed
from crashworthy.source.tree import SourceTree

USUAL_TRIAL_S = 0.2
"""Seconds for a fresh copy and the set-up of a way on a quick service, for which estimates are made."""


@dataclass(frozen=True)
class Candidate:
    """What an experiment could try next.

    `priority` orders candidates of all experiments, higher first; `estimate_s` is the time it will likely take.
    `location` is the suspected place, when a suspicion led here. `suspected` says that a suspicion names this very
    operation: it has its turn before all that are tried on principle. `also` are weaknesses that the same trials may
    show. `estimate_s` is for a quick service, and grows with the time that trials take on this one, but for the part
    of it, `waits_s`, that is waiting. `proof_s` is how long a proof will take where the experiment's `replay_s` does
    not tell.
    """

    weakness: Weakness
    operations: tuple[str, ...]
    why: str
    priority: float
    estimate_s: float
    location: Location | None = None
    suspected: bool = False
    also: tuple[Weakness, ...] = ()
    waits_s: float = 0.0
    proof_s: float | None = None


@dataclass
class Lab:
    """All that an experiment may use. `deadline` is in seconds of time.monotonic().

    `credentials` are secrets that the service was started with, by the name of the variable that sets them.
    `crowded` says that the time left is hardly enough for all that waits: what nobody suspects is then tried less.
    `idempotent` are the operations that the constraints promise to be, by name; `workers` is the number of processes
    that are declared to serve side by side.
    Of the time left, `reserve_s` is kept for the replays of what is being tried. `trial_s` is what a trial takes on
    this service: a fresh copy and a usual set-up; `replay_trial_s` the same with hashes of full cost.
    With `quick_hashes`, passwords are hashed with the fewest rounds while faults are looked for, but not where the
    service is replayed `as_it_is`.
    """

    testbed: Testbed
    tree: SourceTree
    operations: tuple[Operation, ...]
    seed: int
    deadline: float
    emit: Emit
    playbook: Playbook = field(default_factory=Playbook)
    suspicions: tuple[Suspicion, ...] = ()
    crowded: bool = True
    credentials: Mapping[str, str] = field(default_factory=dict)
    idempotent: tuple[str, ...] = ()
    workers: int = 1
    reserve_s: float = 0.0
    trial_s: float = USUAL_TRIAL_S
    replay_trial_s: float = USUAL_TRIAL_S
    quick_hashes: bool = False
    as_it_is: bool = False

    def left(self) -> float:
        """Seconds left of the budget."""
        return self.deadline - time.monotonic()

    def rng(self, *purpose: str) -> random.Random:
        """A source of random numbers that depends on nothing but the run's seed and the purpose."""
        return random.Random(":".join((str(self.seed), *purpose)))  # noqa: S311 - repeatable by design

    def operation(self, name: str) -> Operation | None:
        """The operation of that name."""
        return next((operation for operation in self.operations if operation.name == name), None)

    def handler(self, name: str) -> Location | None:
        """Where the operation of that name is handled, as its description or the source's routes tell."""
        known = [*self.operations, *self.tree.operations]
        return next((each.handler for each in known if each.name == name and each.handler is not None), None)


def one_per_operation(
    lab: Lab,
    weakness: Weakness,
    operations: Iterable[Operation],
    *,
    why: str,
    priority: Callable[[Operation, bool], float],
    estimate_s: float,
) -> list[Candidate]:
    """A candidate for each of these operations that was reached.

    `priority` gets the operation and whether the audit suspects it; `why` is said of those that it does not.
    """
    suspected = {name: each for each in lab.suspicions if each.weakness == weakness.id for name in each.operations}
    found = []
    for operation in operations:
        if operation.name not in lab.playbook.reached:
            continue
        suspicion = suspected.get(operation.name)
        found.append(
            Candidate(
                weakness=weakness,
                operations=(operation.name,),
                why=suspicion.message if suspicion else why,
                priority=priority(operation, suspicion is not None),
                estimate_s=estimate_s,
                location=suspicion.location if suspicion else None,
                suspected=suspicion is not None,
            )
        )
    return found


class Experiment(ABC):
    """A plan to make weaknesses happen. One instance per run; it keeps no state between candidates."""

    id: ClassVar[str]
    title: ClassVar[str]
    weaknesses: ClassVar[tuple[Weakness, ...]]
    needs: ClassVar[frozenset[Capability]] = frozenset()
    replay_s: ClassVar[float] = 2.0
    """Seconds that one replay of a proof takes, about."""

    @abstractmethod
    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """What to try on this service."""

    @abstractmethod
    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Make it happen, if it can; returns what happened. Keeps to `lab.deadline`."""

    @abstractmethod
    def judge(self, history: History) -> Judgement:
        """Decide from the history alone. Pure: the same history gives the same judgement."""

    def judgements(self, history: History) -> Sequence[Judgement]:
        """All that the history shows, one judgement per defect; `judge` gives the worst. At least one."""
        return (self.judge(history),)

    def quick(self, scenario: Scenario) -> Scenario:
        """A cheaper variant, good enough to see whether a smaller scenario still shows the fault."""
        return scenario

    @abstractmethod
    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """Play `judgement.scenario` again from a fresh state, with the controls the judge needs."""
