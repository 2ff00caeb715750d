"""Sanic, which is its own server."""

from __future__ import annotations

from crashworthy_sensor import exceptions
from crashworthy_sensor.context import HEADER, current, within_request
from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.frameworks.request import enter, leave
from crashworthy_sensor.interleave.sleep import paced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_METHODS = ("handle_request", "handle_exception")


def patch(module: Any) -> None:
    """Attribute requests at `Sanic.handle_request`, which runs routing, middleware, handler and answer.

    When it starts, Sanic compiles these methods anew from their source, so they are wrapped after each start.
    """
    sanic = module.Sanic
    startup = sanic._startup
    bare = {name: getattr(sanic, name) for name in _METHODS}

    async def _startup(self: Any) -> Any:
        for name, method in bare.items():
            setattr(sanic, name, method)
        try:
            return await startup(self)
        finally:
            for name in _METHODS:
                bare[name] = getattr(sanic, name)
            sanic.handle_request = _handling(bare["handle_request"])
            sanic.handle_exception = _seeing(bare["handle_exception"])

    sanic._startup = _startup


def _handling(original: Any) -> Any:
    async def handle_request(self: Any, request: Any) -> Any:
        if within_request():
            return await original(self, request)
        header = request.headers.get(HEADER)
        if header is not None:
            try:
                request.headers.popall(HEADER)
            except Exception:
                sensor_error("sanic header")
        exchange, previous = enter(header, request.method, request.path, self)
        try:
            if exchange is not None and exchange.paced:
                return await paced(original(self, request), exchange)
            return await original(self, request)
        finally:
            if exchange is not None:
                status = getattr(getattr(getattr(request, "stream", None), "response", None), "status", None)
                if status is not None and status >= 500:
                    exceptions.report_answered(exchange, None)
                leave(exchange, status)
            current.set(previous)

    return handle_request


def _seeing(original: Any) -> Any:
    async def handle_exception(self: Any, request: Any, exception: BaseException, *args: Any, **kwargs: Any) -> Any:
        if _has_handler(self, request, exception):
            exceptions.remember(exception)
        else:
            exceptions.report(exception)
        return await original(self, request, exception, *args, **kwargs)

    return handle_exception


def _has_handler(application: Any, request: Any, exception: BaseException) -> bool:
    """Whether the exception is an answer of Sanic's, or the service answers it in its own way."""
    if getattr(exception, "status_code", None) is not None:
        return True
    try:
        return application.error_handler.lookup(exception, getattr(request, "name", None)) is not None
    except Exception:
        return True
