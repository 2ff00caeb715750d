"""The same request by another caller: with the credentials of B, or with none."""

from __future__ import annotations

from collections.abc import Iterable

from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.names import words

NOBODY = "nobody"
_PASSWORDS = frozenset({"password", "passwd", "pwd", "passphrase", "pin"})

# Headers that say something of the request and nothing of the caller.
_NEUTRAL = ("accept", "content-", "idempotency", "if-", "range", "prefer", "x-request-id", "x-correlation-id")

Headers = tuple[tuple[str, str], ...]


def credentials(step: Step) -> Headers:
    """The headers by which the step says who is calling."""
    return tuple(pair for pair in step.headers if not pair[0].lower().startswith(_NEUTRAL))


def is_neutral(step: Step) -> bool:
    """Whether no header of the step says who is calling; cookies may still do."""
    return not credentials(step)


def proves_identity(step: Step) -> bool:
    """Whether the step shows a password, as sign-ups and logins do."""
    return isinstance(step.body, dict) and any({*words(name)} & _PASSWORDS for name in step.body)


def is_identified(steps: Iterable[Step], actor: str) -> bool:
    """Whether the last of the steps is made by `actor` as somebody: by a header, or by a login that left a cookie."""
    *before, last = steps
    return bool(credentials(last)) or any(step.actor == actor and proves_identity(step) for step in before)


def by_nobody(step: Step) -> Step:
    """The step without any credential; the player keeps no cookies for that actor."""
    kept = tuple(pair for pair in step.headers if pair not in credentials(step))
    return step.model_copy(update={"actor": NOBODY, "headers": kept, "saves": ()})


def by_another(step: Step, actor: str, shown: Headers) -> Step:
    """The step by another actor, who shows those headers where the step shows any."""
    kept = tuple(pair for pair in step.headers if pair not in credentials(step))
    headers = (*kept, *shown) if credentials(step) else kept
    return step.model_copy(update={"actor": actor, "headers": headers, "saves": ()})


def fields_of(body: Json) -> frozenset[str]:
    """The names of a body's fields, at any depth."""
    if isinstance(body, dict):
        return frozenset(body) | frozenset().union(*(fields_of(value) for value in body.values()))
    if isinstance(body, list):
        return frozenset().union(*(fields_of(value) for value in body))
    return frozenset()
