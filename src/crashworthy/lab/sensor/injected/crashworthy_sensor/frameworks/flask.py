"""Flask."""

from __future__ import annotations

from crashworthy_sensor import exceptions
from crashworthy_sensor.frameworks import wsgi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def patch(module: Any) -> None:
    """Attribute requests, and see exceptions while Flask still has them."""
    wsgi.wrap_method(module.Flask, "__call__")
    wsgi.wrap_method(module.Flask, "wsgi_app")
    handle_exception = module.Flask.handle_exception
    handle_user_exception = module.Flask.handle_user_exception

    def unhandled(self: Any, e: Exception) -> Any:
        exceptions.report(e)
        return handle_exception(self, e)

    def handled(self: Any, e: Exception) -> Any:
        exceptions.remember(e)
        return handle_user_exception(self, e)

    module.Flask.handle_exception = unhandled
    module.Flask.handle_user_exception = handled
