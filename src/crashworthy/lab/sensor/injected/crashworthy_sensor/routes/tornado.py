"""Tornado."""

from __future__ import annotations

from crashworthy_sensor.routes.found import Found, verbs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk

MAX_DEPTH = 20


def of_application(application: Any, prefix: str, walk: Walk, _depth: int) -> Iterator[Found]:
    """The rules for any host, then those for particular ones."""
    yield from _rules(application.wildcard_router, prefix, walk, 0)
    yield from _rules(application.default_router, prefix, walk, 0)


def _rules(router: Any, prefix: str, walk: Walk, depth: int) -> Iterator[Found]:
    for rule in getattr(router, "rules", ()):
        regex = getattr(rule.matcher, "regex", None)
        if isinstance(rule.target, type):
            if regex is not None:
                yield from _handler(rule.target, (("text", prefix), ("regex", regex.pattern)))
        elif hasattr(rule.target, "rules") and depth < MAX_DEPTH and regex is None:
            if rule.target is not getattr(router, "wildcard_router", None):
                yield from _rules(rule.target, prefix, walk, depth + 1)
        else:
            walk.complete = False


def _handler(handler: type, pieces: Any) -> Iterator[Found]:
    for method, function in verbs_of(handler):
        # What a handler does not define is inherited: one function for all, that answers 405.
        if getattr(function, "__name__", "") != "_unimplemented_method":
            yield Found("tornado", pieces, (method,), function)
