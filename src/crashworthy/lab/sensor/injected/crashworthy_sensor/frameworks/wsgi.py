"""WSGI applications (PEP 3333)."""

from __future__ import annotations

import sys

from crashworthy_sensor import exceptions
from crashworthy_sensor.context import ENVIRON_KEY, Exchange, current, within_request
from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.frameworks import recording
from crashworthy_sensor.frameworks.request import enter, leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


def wrap_method(owner: Any, name: str) -> None:
    """Replace `owner.name(self, environ, start_response)` by one that attributes requests."""
    original = getattr(owner, name)

    def application(self: Any, environ: Any, start_response: Any) -> Any:
        return call(original.__get__(self), environ, start_response)

    application.__name__ = name
    application.__qualname__ = getattr(original, "__qualname__", name)
    application.__doc__ = original.__doc__
    application.__wrapped__ = original  # type: ignore[attr-defined]
    setattr(owner, name, application)


class Wrapped:
    """An application that a server was given, as the server shall see it."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request."""
        return call(self._application, environ, start_response)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._application, name)


def call(application: Callable[..., Any], environ: Any, start_response: Any) -> Any:
    """Call a WSGI application for a request.

    The request counts as ended when the application returned after it announced its status; what a streamed
    body still does is reported as it happens.
    """
    if within_request():
        return application(environ, start_response)
    header = environ.pop(ENVIRON_KEY, None)
    exchange, previous = enter(header, environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", ""), application)
    if exchange is None:
        try:
            if recording.wanted:
                return recording.record_wsgi(application, environ, start_response)
            return application(environ, start_response)
        except Exception as error:
            exceptions.report(error)
            raise
        finally:
            current.set(previous)
    status: int | None = None

    def start(line: str, headers: Any, *rest: Any) -> Any:
        nonlocal status
        try:
            status = int(line[:3])
            if status >= 500:
                exceptions.report_answered(exchange, sys.exc_info()[1])
        except Exception:
            sensor_error("start_response")
        return start_response(line, headers, *rest)

    try:
        body = application(environ, start)
    except BaseException as error:
        exceptions.report(error)
        leave(exchange, status)
        current.set(previous)
        raise
    if status is not None:
        leave(exchange, status)
    current.set(previous)
    if isinstance(body, list | tuple):
        leave(exchange, status)
        return body
    if isinstance(body, environ.get("wsgi.file_wrapper") or ()):
        # Servers send this type from the kernel; wrapped, they would not know it.
        leave(exchange, status)
        return body
    return _Body(body, exchange, lambda: status)


class _Body:
    """The body that the application returned, iterated within its exchange."""

    def __init__(self, body: Any, exchange: Exchange, status: Callable[[], int | None]) -> None:
        self._body = body
        self._exchange = exchange
        self._status = status
        self._iterator: Iterator[bytes] | None = None

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        previous = current.get()
        current.set(self._exchange)
        try:
            if self._iterator is None:
                self._iterator = iter(self._body)
            return next(self._iterator)
        except StopIteration:
            raise
        except Exception as error:
            exceptions.report(error)
            raise
        finally:
            current.set(previous)

    def close(self) -> None:
        """Called by the server at the end of the request."""
        previous = current.get()
        current.set(self._exchange)
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            current.set(previous)
            leave(self._exchange, self._status())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)
