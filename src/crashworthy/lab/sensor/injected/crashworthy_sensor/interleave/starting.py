"""Processes that start at the same time meet before what they first write: once for the schema, once for data.

CRASHWORTHY_MEETING is `folder:count`. Each process that comes to such a write leaves a file there and waits until so
many have come, or `PATIENCE_S`: those that let one process write first, by a lock or because they start later, pass.
It is short, because who waits may hold a lock that the others wait for.

CRASHWORTHY_DIES_AT is the number of such a write, counted from 1, before which the process is killed.
"""

from __future__ import annotations

import os
import time

from crashworthy_sensor.faults.steps import die
from crashworthy_sensor.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crashworthy_sensor.sql.statement import Statement

PATIENCE_S = 0.3
_POLL_S = 0.001

_met: set[str] = set()
_writes = 0


def _count_down(last: int) -> None:
    global _writes
    _writes += 1
    if _writes == last:
        die()


def meet(known: Statement) -> None:
    """Wait for the others before the first write of its kind that no request asked for."""
    if not known.write:
        return
    if settings.dies_at is not None:
        _count_down(settings.dies_at)
    if settings.meeting is None:
        return
    kind = "data" if known.data_write else "schema"
    if kind in _met:
        return
    _met.add(kind)
    folder, count = settings.meeting
    with open(os.path.join(folder, f"{kind}-{os.getpid()}"), "w", encoding="ascii"):
        pass
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if sum(name.startswith(kind) for name in os.listdir(folder)) >= count:
            return
        time.sleep(_POLL_S)
