"""How the stand-in behaves at present."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from crashworthy.core.scenario import DependencyFault
from crashworthy.lab.standin.names import Dependency

NORMAL = DependencyFault(kind="normal")
KINDS = frozenset({"normal", "hang", "slow", "drip", "refuse", "status", "garbage", "lost"})


@dataclass(frozen=True)
class Behaviour:
    """The faults that are in force together. `lifted` is set when they are undone: what hangs then is cut."""

    faults: tuple[DependencyFault, ...] = ()
    lifted: asyncio.Event = field(default_factory=asyncio.Event)

    def towards(self, meant: Dependency | None) -> DependencyFault:
        """The fault for one dependency: one that names it goes before one for all."""
        for fault in self.faults:
            if fault.host != "*" and meant is not None and meant.is_called(fault.host):
                return fault
        return next((fault for fault in self.faults if fault.host == "*"), NORMAL)


def check(faults: Sequence[DependencyFault]) -> None:
    """Raise ValueError for a fault that cannot be played."""
    for fault in faults:
        if fault.kind not in KINDS:
            raise ValueError(f"unknown kind of dependency fault: {fault.kind!r}")
        if fault.kind == "status" and not (fault.status and 200 <= fault.status <= 599):
            raise ValueError(f"a fault of kind 'status' needs a status from 200 to 599, not {fault.status!r}")
