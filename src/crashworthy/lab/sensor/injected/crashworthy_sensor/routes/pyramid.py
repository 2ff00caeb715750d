"""Pyramid, by what its configurator wrote down of routes and views."""

from __future__ import annotations

from crashworthy_sensor.routes.found import Found, has_free

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk


def of_router(router: Any, prefix: str, walk: Walk, _depth: int) -> Iterator[Found]:
    """Each view that a route's name leads to; views found by traversal have no path to be known."""
    introspector = router.registry.introspector
    patterns = {
        each["introspectable"]["name"]: each["introspectable"]["pattern"]
        for each in introspector.get_category("routes", [])
    }
    for each in introspector.get_category("views", []):
        view = each["introspectable"]
        pattern = patterns.get(view["route_name"])
        if pattern is None or "*subpath" in pattern:
            if not view["route_name"] and not _is_for_errors(view["context"]):
                walk.complete = False
            continue
        given = view["request_methods"]
        methods = None if given is None else [given] if isinstance(given, str) else list(given)
        yield Found("pyramid", (("text", prefix), ("pyramid", pattern)), methods, _function(view))


def _is_for_errors(context: Any) -> bool:
    """Whether a view makes pages of exceptions."""
    if isinstance(context, type) and issubclass(context, BaseException):
        return True
    return "Exception" in getattr(context, "__name__", "")


def _function(view: Any) -> Any:
    """The method of a class-based view, also where a library stands a view of its own before it."""
    handler, attribute = view["callable"], view["attr"]
    if isinstance(handler, type):
        return getattr(handler, attribute or "__call__", handler)
    inner = has_free(handler, "view")
    owner = has_free(handler, "args") or {}
    if isinstance(inner, str) and isinstance(owner, dict) and isinstance(owner.get("klass"), type):
        return getattr(owner["klass"], inner, handler)
    return inner if callable(inner) and not isinstance(inner, type) else handler
