"""Bottle."""

from __future__ import annotations

from crashworthy_sensor.routes.found import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk


def of_application(application: Any, prefix: str, walk: Walk, depth: int) -> Iterator[Found]:
    """Its routes, and those of applications mounted on it."""
    mounted: set[str] = set()
    for route in application.routes:
        mount = route.config.get("mountpoint") or {}
        below = mount.get("prefix", route.config.get("mountpoint.prefix"))
        target = mount.get("target", route.config.get("mountpoint.target"))
        if target is not None and isinstance(below, str):
            if below not in mounted:
                mounted.add(below)
                yield from walk.routes(target, prefix + "/" + below.strip("/"), depth + 1)
            continue
        methods = None if route.method == "ANY" else (route.method,)
        yield Found("bottle", (("text", prefix), ("bottle", route.rule)), methods, route.get_undecorated_callback())
