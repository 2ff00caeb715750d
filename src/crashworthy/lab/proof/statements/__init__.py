"""Tests that need nothing but requests and a look at their answers, statement by statement.

Each writer gets a proof and gives what the test does after the set-up. Names at hand are `users`, `saved`, `httpx` and
`UNIQUE`. NotWritableError where the proof took more than that, such as a mail or a server in another time zone.
"""

from __future__ import annotations

from crashworthy.core.proof import Proof
from crashworthy.lab.proof.statements import access, kept, shown
from crashworthy.lab.proof.statements.frame import Statements

_WRITERS = {**access.WRITERS, **shown.WRITERS, **kept.WRITERS}

__all__ = ["Statements", "statements_of"]


def statements_of(proof: Proof) -> Statements | None:
    """The statements for a proof, None where its test is made in another way."""
    writer = _WRITERS.get(proof.experiment) or _WRITERS.get(proof.weakness)
    return writer(proof) if writer is not None else None
