"""Why an operation was not reached, in one line for people."""

from __future__ import annotations

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.discover import WEBSOCKET
from crashworthy.lab.traffic.trail import Trail

NEEDS_CREDENTIAL = "needs a credential that could not be had"
"""How `Unreached.why` begins where a login is missing."""

FINAL = ("needs a value for", "always an error of the service", "refused after")
"""How the reasons begin that trying longer does not change, nor a login or a request that somebody gives."""


def why_not(operation: Operation, trail: Trail | None, failure: str | None, *, died: bool) -> str:
    """The reason, from what was tried; `failure` is how a way that worked once failed when it was replayed."""
    if operation.method == WEBSOCKET:
        return "a WebSocket; only HTTP requests are made"
    if failure:
        return failure
    if trail is None or trail.attempts == 0:
        if trail is not None and trail.setup_failed:
            return f"its set-up stopped working: {trail.setup_failed}"
        return "the service ended before it was tried" if died else "no time was left to try it"
    status, said = trail.last_status, trail.last
    if not said:
        return "worked once, but not when it was repeated"
    if status in (401, 403):
        return f"{NEEDS_CREDENTIAL}: {said}"
    if trail.unmet and status < 500:
        names = ", ".join(dict.fromkeys(slot.name for slot in trail.unmet))
        return f"needs a value for {names} that no reached operation gives: {said}"
    if status >= 500:
        return f"always an error of the service: {said}"
    if status == 0:
        return f"no answer: {said}"
    return f"refused after {trail.attempts} attempts: {said}"
