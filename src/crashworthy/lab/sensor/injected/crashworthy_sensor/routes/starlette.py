"""Starlette, FastAPI, and routers of either that are served by themselves."""

from __future__ import annotations

from crashworthy_sensor.routes.found import Found, verbs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk


def of_application(application: Any, prefix: str, walk: Walk, depth: int) -> Iterator[Found]:
    """An application's router; FastAPI describes itself as well."""
    framework = "fastapi" if hasattr(application, "openapi") else "starlette"
    if framework == "fastapi":
        walk.described.append((prefix, application))
    yield from _routes(application.routes, prefix, framework, walk, depth)


def of_router(router: Any, prefix: str, walk: Walk, depth: int) -> Iterator[Found]:
    """A router in the place of an application."""
    yield from _routes(router.routes, prefix, "starlette", walk, depth)


def _routes(routes: Iterable[Any], prefix: str, framework: str, walk: Walk, depth: int) -> Iterator[Found]:
    for route in routes:
        route = getattr(route, "starlette_route", None) or route
        candidates = getattr(route, "effective_candidates", None)
        kind = type(route).__name__
        if callable(candidates):
            # A router that FastAPI included, and joins with its prefix when it is asked.
            yield from _routes(candidates(), prefix, framework, walk, depth)
        elif getattr(route, "endpoint", None) is not None:
            yield from _route(route, prefix, framework)
        elif kind == "Host":
            walk.complete = False
        elif hasattr(route, "app") and hasattr(route, "path"):
            yield from walk.routes(route.app, prefix + route.path, depth + 1)
        else:
            walk.complete = False


def _route(route: Any, prefix: str, framework: str) -> Iterator[Found]:
    patterns = {name: each.regex for name, each in (getattr(route, "param_convertors", None) or {}).items()}
    path = getattr(route, "path", None)
    if not isinstance(path, str):
        return
    pieces = (("text", prefix), ("brace", path))
    if "WebSocket" in type(route).__name__ or "WebSocket" in type(getattr(route, "original_route", None)).__name__:
        yield Found(framework, pieces, (), route.endpoint, websocket=True)
        return
    if isinstance(route.endpoint, type):
        for method, function in verbs_of(route.endpoint):
            yield Found(framework, pieces, (method,), function, patterns=patterns)
        return
    methods = getattr(route, "methods", None)
    yield Found(framework, pieces, None if methods is None else methods, route.endpoint, patterns=patterns)
