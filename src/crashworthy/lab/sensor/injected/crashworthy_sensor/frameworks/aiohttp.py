"""aiohttp's own server."""

from __future__ import annotations

from crashworthy_sensor import exceptions
from crashworthy_sensor.context import HEADER, current
from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.frameworks import recording
from crashworthy_sensor.frameworks.request import enter, leave
from crashworthy_sensor.interleave.sleep import paced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def patch(module: Any) -> None:
    """Attribute requests at `Application._handle`, which runs routing, middleware and handler."""
    original = module.Application._handle

    async def _handle(self: Any, request: Any) -> Any:
        header = request._message.headers.get(HEADER)
        if header is not None:
            try:
                _hide_header(request)
            except Exception:
                sensor_error("aiohttp header")
        exchange, previous = enter(header, request.method, request.path, self)
        status: int | None = None
        try:
            if exchange is not None and exchange.paced:
                response = await paced(original(self, request), exchange)
            else:
                response = await original(self, request)
            status = getattr(response, "status", None)
            return response
        except Exception as error:
            # aiohttp's HTTP errors are exceptions, and answers, at the same time.
            status = getattr(error, "status", 500)
            if status is None or status >= 500:
                exceptions.report(error)
            raise
        finally:
            if exchange is not None:
                leave(exchange, status)
            elif recording.wanted:
                _record(request, status)
            current.set(previous)

    module.Application._handle = _handle


def _record(request: Any, status: int | None) -> None:
    """Tell a request of the service's own tests; its body as far as the handler read it."""
    try:
        path, _, query = request.raw_path.partition("?")
        headers = [(str(name), str(value)) for name, value in request.headers.items()]
        seen = recording.Recording(request.method, path, query, headers)
        seen.read(request._read_bytes or b"")
        seen.status = status
        seen.tell()
    except Exception:
        sensor_error("aiohttp recording")


def _hide_header(request: Any) -> None:
    """Let the handler see the request without the header, in both forms that aiohttp keeps."""
    message = request._message
    headers = message.headers.copy()
    headers.popall(HEADER, None)
    raw_headers = tuple(pair for pair in message.raw_headers if pair[0].lower() != HEADER.encode())
    request._headers = type(message.headers)(headers)
    request._message = message._replace(headers=request._headers, raw_headers=raw_headers)
    # Properties that were read already are remembered here.
    request._cache.pop("headers", None)
    request._cache.pop("raw_headers", None)
