"""Handlers of the standard library's `http.server`, without any framework."""

from __future__ import annotations

from crashworthy_sensor import exceptions
from crashworthy_sensor.context import HEADER, current
from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.frameworks.request import enter, leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Set on a handler while it works on a request: the exchange, what was current before, and the status sent.
_STATE = "_crashworthy_request"


def patch(module: Any) -> None:
    """Begin a request where its headers have been read, and end it where the handler returns."""
    cls = module.BaseHTTPRequestHandler
    handle_original = cls.handle_one_request
    parse_original = cls.parse_request
    send_original = cls.send_response_only

    def handle_one_request(self: Any) -> None:
        # Servers that call an application are patched themselves.
        if hasattr(type(self), "run_wsgi"):
            handle_original(self)
            return
        previous = current.get()
        state = self.__dict__[_STATE] = {"exchange": None, "status": None}
        try:
            handle_original(self)
        except Exception as error:
            exceptions.report(error)
            raise
        finally:
            self.__dict__.pop(_STATE, None)
            if state["exchange"] is not None:
                leave(state["exchange"], state["status"])
            current.set(previous)

    def parse_request(self: Any) -> Any:
        understood = parse_original(self)
        state = self.__dict__.get(_STATE)
        if understood and state is not None:
            try:
                header = self.headers.get(HEADER)
                del self.headers[HEADER]
                state["exchange"], _ = enter(header, self.command, self.path.partition("?")[0], self)
            except Exception:
                sensor_error("http.server")
        return understood

    def send_response_only(self: Any, code: Any, *args: Any, **kwargs: Any) -> None:
        state = self.__dict__.get(_STATE)
        if state is not None:
            state["status"] = int(code)
        send_original(self, code, *args, **kwargs)

    cls.handle_one_request = handle_one_request
    cls.parse_request = parse_request
    cls.send_response_only = send_response_only
