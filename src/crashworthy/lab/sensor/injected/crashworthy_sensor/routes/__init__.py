"""What the running application can be asked for: its own account of it, read when the engine wants to know.

A request with `"routes": true` in its plan has the application that received it looked through, before it answers.
Nothing is imported for that and nothing is called that a request would not call, except what makes the application's
own description of its interface.
"""

from __future__ import annotations

from importlib import import_module

from crashworthy_sensor.events import encode, record, sensor_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.context import Exchange

MAX_ROUTES = 3000
MAX_TEXT = 3_000_000


def _lazily(module: str, name: str) -> Any:
    """These files are wanted once in a run, and by no start of the service."""

    def read(*arguments: Any) -> Iterator[Any]:
        reader: Iterator[Any] = getattr(import_module(f"crashworthy_sensor.routes.{module}"), name)(*arguments)
        return reader

    return read


# By the package and the name of the class, or of a base of it.
READERS: dict[str, Any] = {
    "flask.Flask": _lazily("werkzeug", "of_flask"),
    "quart.Quart": _lazily("werkzeug", "of_flask"),
    "werkzeug.Map": _lazily("werkzeug", "of_map"),
    "starlette.Starlette": _lazily("starlette", "of_application"),
    "starlette.Router": _lazily("starlette", "of_router"),
    "django.BaseHandler": _lazily("django", "of_handler"),
    "aiohttp.Application": _lazily("aiohttp", "of_application"),
    "sanic.Sanic": _lazily("sanic", "of_application"),
    "litestar.Litestar": _lazily("litestar", "of_application"),
    "falcon.App": _lazily("falcon", "of_application"),
    "bottle.Bottle": _lazily("bottle", "of_application"),
    "tornado.Application": _lazily("tornado", "of_application"),
    "pyramid.Router": _lazily("pyramid", "of_router"),
    "http.BaseHTTPRequestHandler": _lazily("tables", "of_handler"),
    "table": _lazily("tables", "of_object"),
}


def tell(application: Any, exchange: Exchange) -> None:
    """Send the event `routes` about the application that is about to answer."""
    from crashworthy_sensor.routes.applications import Walk
    from crashworthy_sensor.routes.descriptions import description_of

    exchange.routes = False
    walk = Walk()
    routes: list[dict[str, Any]] = []
    try:
        for found in walk.routes(application):
            if len(routes) < MAX_ROUTES:
                routes.append(found.plain())
    except Exception:
        walk.complete = False
        sensor_error("routes")
    documents = []
    for prefix, described in walk.described:
        try:
            document = description_of(described)
            if document:
                documents.append([prefix, document])
        except Exception:
            sensor_error("routes: description")
    text = encode({"routes": routes, "complete": walk.complete, "documents": documents})
    if len(text) > MAX_TEXT:
        text = encode({"routes": routes, "complete": walk.complete, "documents": []})
    if len(text) <= MAX_TEXT:
        record("routes", text, exchange, urgent=True)
