"""Sanic."""

from __future__ import annotations

from crashworthy_sensor.routes.found import Found, verbs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk


def of_application(application: Any, prefix: str, _walk: Walk, _depth: int) -> Iterator[Found]:
    """Blueprints are in the router too, with versions and prefixes."""
    groups = application.router.routes
    for route in (route for group in groups for route in getattr(group, "routes", (group,))):
        if "__file_uri__" in route.path:
            continue
        pieces = (("text", prefix), ("sanic", "/" + route.raw_path.lstrip("/")))
        view_class = getattr(route.handler, "view_class", None)
        by_verb = dict(verbs_of(view_class)) if view_class is not None else {}
        patterns = {
            each.name: each.pattern.pattern
            for each in route.params.values()
            if each.regex and hasattr(each.pattern, "pattern")
        }
        if getattr(route.extra, "websocket", False):
            yield Found("sanic", pieces, (), route.handler, websocket=True)
            continue
        for method in sorted(route.methods):
            yield Found("sanic", pieces, (method,), by_verb.get(method, route.handler), patterns=patterns)
