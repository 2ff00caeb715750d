"""The order in which operations are tried: what others need comes first."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.actors import log_in_score, sign_up_score
from crashworthy.lab.traffic.attempt import Workshop
from crashworthy.lab.traffic.dav import MAKING, METHODS, TAKING
from crashworthy.lab.traffic.facts import slots_of


def in_order(workshop: Workshop, operations: Sequence[Operation]) -> list[Operation]:
    """First the pages that may have the form of an operation which says nothing of what it takes."""
    silent = {each.path for each in operations if each.method == "POST" and each.body is None}

    def needs(operation: Operation) -> int:
        """How many things it names in its body that others make."""
        slots = [slot for slot in slots_of(operation) if slot.path[0] == "body" and slot.required]
        return sum(workshop.refers(slot, operation) for slot in slots)

    return sorted(
        operations,
        key=lambda each: (
            each.method != "GET" or each.path not in silent,
            *_order(each)[:3],
            needs(each),
            *_order(each)[3:],
        ),
    )


def _order(operation: Operation) -> tuple[int, int, int, int, str]:
    """Sign-up, login, then makers of things before their users; of these, those that only read first."""
    identity = 0 if sign_up_score(operation) >= 4 else 1 if log_in_score(operation) > 0 else 2
    methods: tuple[str, ...] = ("POST", "PUT", "GET", "PATCH")
    if "{" in operation.path:
        methods = ("GET", "POST", *sorted(MAKING, reverse=True), "PATCH", *sorted(METHODS - MAKING - TAKING))
    method = methods.index(operation.method) if operation.method in methods else len(methods)
    return (identity, operation.path.count("{"), method, operation.path.count("/"), operation.name)
