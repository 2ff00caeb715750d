"""Which operations are held, and in which order."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crashworthy.core.location import Location
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.suspicion import Suspicion
from crashworthy.lab.experiments.dependency.holding import HOLD_S
from crashworthy.lab.experiments.dependency.slow_dependency import SlowDependency
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.source.tree import SourceTree
from sick_services.catalog import operation, step

CALL = Location(file="shop.py", line=15, symbol="quote")


def suspicion(rule: str, *operations: str) -> Suspicion:
    return Suspicion(
        rule=rule,
        weakness="held-by-slow-dependency",
        message="a call has no time limit",
        location=CALL,
        operations=operations,
        fingerprint=rule,
    )


def lab(*suspicions: Suspicion, tree: Any = None) -> Lab:
    operations = tuple(
        operation(method, path) for method, path in (("GET", "/quote"), ("POST", "/orders"), ("GET", "/"))
    )
    ways = tuple(Way(operation=op.name, status=200, steps=(step(op.method, op.path),)) for op in operations)
    testbed: Any = SimpleNamespace(capabilities=frozenset(), dependencies=("shipping",))
    return Lab(
        testbed,
        tree or SourceTree(Path(), (), (), (), (), (), (), frozenset()),
        operations,
        seed=1,
        deadline=0,
        emit=lambda _event: None,
        playbook=Playbook(ways=ways),
        suspicions=suspicions,
    )


def test_operations_that_reach_one_call_are_one_candidate_and_the_most_suspected_is_first() -> None:
    present = lab(suspicion("pool", "POST /orders"), suspicion("no-limit", "GET /quote", "POST /orders"))
    held, look = SlowDependency().candidates(present)
    assert (held.operations, held.location, held.suspected) == (("POST /orders", "GET /quote"), CALL, True)
    assert look.operations == ("GET /",)
    # Who waits at a call that is known to hold is seen in a few seconds, that a request makes no call at once.
    assert held.estimate_s < 2 * HOLD_S
    assert look.estimate_s < 1


def test_who_reaches_a_suspected_call_unsuspected_is_watched_there_too() -> None:
    reaching = {str(CALL): ("POST /orders", "GET /quote"), "shop.py:40": ("GET /",)}
    calls = [SimpleNamespace(location=CALL), SimpleNamespace(location=Location(file="shop.py", line=40))]
    tree = SimpleNamespace(outbound=calls, operations_reaching=lambda place: reaching[str(place)])
    suspected, other = SlowDependency().candidates(lab(suspicion("no-limit", "POST /orders"), tree=tree))
    assert (set(suspected.operations), suspected.suspected) == ({"POST /orders", "GET /quote"}, True)
    assert (other.operations, other.suspected) == (("GET /",), False)
