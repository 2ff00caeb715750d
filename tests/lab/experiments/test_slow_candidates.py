"""Which operations are held, and in which order."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crashworthy.core.location import Location
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.suspicion import Suspicion
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


def lab(*suspicions: Suspicion) -> Lab:
    operations = tuple(
        operation(method, path) for method, path in (("GET", "/quote"), ("POST", "/orders"), ("GET", "/"))
    )
    ways = tuple(Way(operation=op.name, status=200, steps=(step(op.method, op.path),)) for op in operations)
    testbed: Any = SimpleNamespace(capabilities=frozenset(), dependencies=("shipping",))
    return Lab(
        testbed,
        SourceTree(Path(), (), (), (), (), (), (), frozenset()),
        operations,
        seed=1,
        deadline=0,
        emit=lambda _event: None,
        playbook=Playbook(ways=ways),
        suspicions=suspicions,
    )


def test_one_operation_stands_for_a_call_and_the_others_come_last() -> None:
    present = lab(suspicion("pool", "POST /orders"), suspicion("no-limit", "GET /quote", "POST /orders"))
    found = {each.operations[0]: each for each in SlowDependency().candidates(present)}
    assert set(found) == {"POST /orders", "GET /quote", "GET /"}
    assert [name for name, each in found.items() if each.suspected] == ["POST /orders"]
    # A fault at the same place is the same fault: it needs no proof of its own.
    assert found["GET /quote"].location == found["POST /orders"].location == CALL
    assert found["GET /quote"].priority < found["GET /"].priority
    # That a request makes no call is seen at once.
    assert found["GET /"].estimate_s < 1
