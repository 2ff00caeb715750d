"""Tornado, which is its own server."""

from __future__ import annotations

from crashworthy_sensor import exceptions
from crashworthy_sensor.context import HEADER, current
from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.frameworks.request import enter, leave
from crashworthy_sensor.interleave.sleep import paced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def patch(module: Any) -> None:
    """Attribute requests at `RequestHandler._execute`, which runs after routing; unknown paths have a handler too."""
    execute_original = module.RequestHandler._execute
    handle_original = module.RequestHandler._handle_request_exception

    async def execute(self: Any, *args: Any, **kwargs: Any) -> Any:
        header = self.request.headers.get(HEADER)
        if header is not None:
            try:
                del self.request.headers[HEADER]
            except Exception:
                sensor_error("tornado header")
        exchange, previous = enter(header, self.request.method, self.request.path, self.application)
        try:
            if exchange is not None and exchange.paced:
                return await paced(execute_original(self, *args, **kwargs), exchange)
            return await execute_original(self, *args, **kwargs)
        finally:
            if exchange is not None:
                if self.get_status() >= 500:
                    exceptions.report_answered(exchange, None)
                leave(exchange, self.get_status())
            current.set(previous)

    def handle(self: Any, error: BaseException) -> Any:
        is_plain = type(self).write_error is module.RequestHandler.write_error
        if not isinstance(error, module.Finish):
            # Whoever has pages of his own for errors may mean another status by it.
            if is_plain and not isinstance(error, module.HTTPError):
                exceptions.report(error)
            else:
                exceptions.remember(error)
        return handle_original(self, error)

    module.RequestHandler._execute = execute
    module.RequestHandler._handle_request_exception = handle
