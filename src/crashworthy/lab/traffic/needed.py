"""Steps that others cannot do without: to leave them out need not be tried."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.template import placeholders


def is_needed(steps: Sequence[Step], place: int) -> bool:
    """Whether a later step uses a value of this one, or logs in with the password that it set."""
    return _feeds(steps, place) or _sets_password(steps, place)


def _feeds(steps: Sequence[Step], place: int) -> bool:
    saved = {save.name for save in steps[place].saves}
    return any(saved & placeholders(step) for step in steps[place + 1 :])


def _sets_password(steps: Sequence[Step], place: int) -> bool:
    """Saves a fresh copy per try, where a login shows it."""
    passwords = _passwords(steps[place].body)
    return bool(passwords) and any(
        passwords & _passwords(step.body) for step in steps[place + 1 :] if step.actor == steps[place].actor
    )


def _passwords(body: Json) -> set[str]:
    if not isinstance(body, dict):
        return set()
    return {str(value) for name, value in body.items() if {*words(name)} & {"password", "passwd", "pwd", "passphrase"}}
