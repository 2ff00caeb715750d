"""aiohttp's own server, sub-applications included."""

from __future__ import annotations

from crashworthy_sensor.routes.found import Found, verbs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk
    from crashworthy_sensor.routes.found import Pieces


def of_application(application: Any, prefix: str, _walk: Walk, _depth: int) -> Iterator[Found]:
    """The router lists the resources of sub-applications with their prefixes."""
    for route in application.router.routes():
        info = route.resource.get_info() if route.resource is not None else {}
        if "formatter" in info:
            pieces: Pieces = (("text", prefix), ("brace", info["formatter"]))
            expected = info["pattern"].groupindex
            patterns = _groups(info["pattern"].pattern) if expected else {}
        elif "path" in info:
            pieces, patterns = (("text", prefix + info["path"]),), {}
        else:
            continue  # a folder of files
        if isinstance(route.handler, type):
            for method, function in verbs_of(route.handler):
                yield Found("aiohttp", pieces, (method,), function, patterns=patterns)
        elif route.method != "HEAD":
            methods = None if route.method == "*" else (route.method,)
            yield Found("aiohttp", pieces, methods, route.handler, patterns=patterns)


def _groups(pattern: str) -> dict[str, str]:
    """What each named group has to match, of a pattern whose groups are not nested."""
    found: dict[str, str] = {}
    for part in pattern.split("(?P<")[1:]:
        name, _, rest = part.partition(">")
        depth, end = 1, 0
        while end < len(rest) and depth:
            if rest[end] == "\\":
                end += 1
            else:
                depth += {"(": 1, ")": -1}.get(rest[end], 0)
            end += 1
        found[name] = rest[: end - 1]
    return found
