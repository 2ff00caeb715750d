"""Litestar."""

from __future__ import annotations

from crashworthy_sensor.routes.found import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk


def of_application(application: Any, prefix: str, walk: Walk, depth: int) -> Iterator[Found]:
    """Controllers and routers have been resolved into routes."""
    walk.described.append((prefix, application))
    for route in application.routes:
        pieces = (("text", prefix), ("brace", route.path))
        kind = type(route).__name__
        if kind == "WebSocketRoute":
            yield Found("litestar", pieces, (), route.route_handler, websocket=True)
        elif kind == "ASGIRoute":
            if not getattr(route.route_handler, "is_static", False):
                mounted = _function(route.route_handler)
                yield from walk.routes(mounted, prefix + route.path.rstrip("/"), depth + 1)
        else:
            for handler in route.route_handlers:
                methods = {str(getattr(method, "value", method)) for method in handler.http_methods}
                yield Found("litestar", pieces, methods, _function(handler))


def _function(handler: Any) -> Any:
    function = getattr(handler, "fn", handler)
    return getattr(function, "value", function)
