"""Suspicion: what the audit says of the source, before anything ran."""

from __future__ import annotations

from crashworthy.core.location import Location
from crashworthy.core.value import Value


class Suspicion(Value):
    """One weakness suspected at one place.

    `weakness` and `rule` are ids; `operations` are the names of the operations that reach the place (empty
    when that is not known); `fingerprint` stays the same when lines move.
    """

    weakness: str
    rule: str
    location: Location
    message: str
    operations: tuple[str, ...] = ()
    fingerprint: str = ""
