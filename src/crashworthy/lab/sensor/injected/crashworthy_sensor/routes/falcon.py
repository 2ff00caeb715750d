"""Falcon, synchronous and asynchronous."""

from __future__ import annotations

from crashworthy_sensor.routes.found import VERBS, Found, module_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk


def of_application(application: Any, prefix: str, walk: Walk, _depth: int) -> Iterator[Found]:
    """The tree of its compiled router; what sinks answer cannot be known."""
    if getattr(application, "_sinks", None):
        walk.complete = False
    yield from _nodes(application._router._roots, prefix)


def _nodes(nodes: Iterable[Any], prefix: str) -> Iterator[Found]:
    for node in nodes:
        pieces = (("text", prefix), ("brace", node.uri_template or ""))
        for verb in VERBS:
            responder = (node.method_map or {}).get(verb.upper())
            # Methods that the resource has not are answered with 405 by functions of Falcon.
            if responder is not None and node.uri_template and not module_of(responder).startswith("falcon."):
                yield Found("falcon", pieces, (verb,), responder)
        yield from _nodes(node.children, prefix)
