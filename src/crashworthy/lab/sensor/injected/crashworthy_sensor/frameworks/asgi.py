"""ASGI applications: Starlette (and so FastAPI), Litestar, Quart, and whatever a server is given."""

from __future__ import annotations

import sys

from crashworthy_sensor import exceptions
from crashworthy_sensor.context import HEADER, current, within_request
from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.frameworks import recording
from crashworthy_sensor.frameworks.request import enter, leave
from crashworthy_sensor.interleave.sleep import paced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_HEADER = HEADER.encode()


def patch_starlette(module: Any) -> None:
    """Starlette; FastAPI's application is a subclass that calls it."""
    wrap_method(module.Starlette, "__call__")


def patch_starlette_errors(module: Any) -> None:
    """See the exceptions that reach Starlette's outermost middleware, before it answers."""
    original = module.ServerErrorMiddleware.__init__

    def init(self: Any, app: Any, *args: Any, **kwargs: Any) -> None:
        async def watched(scope: Any, receive: Any, send: Any) -> None:
            try:
                await app(scope, receive, send)
            except Exception as error:
                exceptions.report(error)
                raise

        original(self, watched, *args, **kwargs)

    module.ServerErrorMiddleware.__init__ = init


def patch_starlette_handlers(module: Any) -> None:
    """See the exceptions that handlers turn into answers, also where middleware sends these from another task."""
    original = getattr(module, "_lookup_exception_handler", None)
    if original is None:
        return  # not in this version; `call` sees those that are answered while they are handled

    def lookup(handlers: Any, error: Exception) -> Any:
        exceptions.remember(error)
        return original(handlers, error)

    module._lookup_exception_handler = lookup


def patch_litestar(module: Any) -> None:
    """Litestar."""
    wrap_method(module.Litestar, "__call__")


def patch_quart(module: Any) -> None:
    """Quart, whose handler of last resort answers after the exception is no longer being handled."""
    wrap_method(module.Quart, "__call__")
    original = module.Quart.handle_exception

    async def handle_exception(self: Any, error: Exception) -> Any:
        exceptions.report(error)
        return await original(self, error)

    module.Quart.handle_exception = handle_exception


def wrap_method(owner: Any, name: str) -> None:
    """Replace `owner.name(self, scope, receive, send)` by one that attributes requests."""
    original = getattr(owner, name)

    async def application(self: Any, scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] != "http":
            return await original(self, scope, receive, send)
        return await call(original.__get__(self), scope, receive, send)

    application.__name__ = name
    application.__qualname__ = getattr(original, "__qualname__", name)
    application.__doc__ = original.__doc__
    application.__wrapped__ = original  # type: ignore[attr-defined]
    setattr(owner, name, application)


class Wrapped:
    """An application that a server was given, as the server shall see it."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Answer one connection."""
        if scope["type"] != "http":
            return await self._application(scope, receive, send)
        return await call(self._application, scope, receive, send)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._application, name)


def _take_header(scope: Any) -> str | None:
    headers = scope.get("headers") or ()
    for name, value in headers:
        if name == _HEADER:  # ASGI has them in lower case
            scope["headers"] = [pair for pair in headers if pair[0] != _HEADER]
            text: str = value.decode("latin-1")
            return text
    return None


async def call(application: Callable[..., Any], scope: Any, receive: Any, send: Any) -> Any:
    """Call an ASGI application for a request.

    The request counts as ended when its answer is complete, before the last part of it is handed to the server:
    then its events are out when the client has the answer. What background tasks do afterwards is reported as it
    happens.
    """
    if within_request():
        return await application(scope, receive, send)
    exchange, previous = enter(_take_header(scope), scope.get("method", ""), scope.get("path", ""), application)
    if exchange is None:
        try:
            if recording.wanted:
                return await recording.record_asgi(application, scope, receive, send)
            return await application(scope, receive, send)
        except Exception as error:
            exceptions.report(error)
            raise
        finally:
            current.set(previous)
    status: int | None = None

    async def watched_send(message: Any) -> None:
        nonlocal status
        try:
            kind = message["type"]
            if kind == "http.response.start":
                status = message["status"]
                if status is not None and status >= 500:
                    # Frameworks send the error's answer while they handle the exception.
                    exceptions.report_answered(exchange, sys.exc_info()[1])
            elif kind == "http.response.body" and not message.get("more_body", False):
                leave(exchange, status)
        except Exception:
            sensor_error("send")
        await send(message)

    try:
        if exchange.paced:
            return await paced(application(scope, receive, watched_send), exchange)
        return await application(scope, receive, watched_send)
    except BaseException as error:
        exceptions.report(error)
        raise
    finally:
        leave(exchange, status)
        current.set(previous)
