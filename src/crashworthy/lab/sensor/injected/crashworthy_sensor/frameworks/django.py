"""Django, under WSGI and ASGI."""

from __future__ import annotations

from crashworthy_sensor import exceptions
from crashworthy_sensor.frameworks import asgi, recording, wsgi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def patch_wsgi(module: Any) -> None:
    """Attribute the requests of `WSGIHandler`."""
    wsgi.wrap_method(module.WSGIHandler, "__call__")


def patch_asgi(module: Any) -> None:
    """Attribute the requests of `ASGIHandler`."""
    asgi.wrap_method(module.ASGIHandler, "__call__")


def patch_test_client(module: Any) -> None:
    """Record what Django's own test client asks, which goes past the handlers of the servers."""
    if not recording.wanted:
        return
    original = module.ClientHandler.__call__

    def call(self: Any, environ: Any) -> Any:
        seen = recording.of_environ(environ)
        environ["wsgi.input"] = recording.Input(environ.get("wsgi.input"), seen)
        try:
            answer = original(self, environ)
            seen.status = answer.status_code
            seen.answer_headers = [(str(name), str(value)) for name, value in answer.items()]
            seen.wrote(b"" if answer.streaming else answer.content)
            return answer
        finally:
            seen.tell()

    module.ClientHandler.__call__ = call


def patch_exception(module: Any) -> None:
    """See the exceptions that Django answers with 500."""
    original = module.handle_uncaught_exception

    def handle_uncaught_exception(request: Any, resolver: Any, exc_info: Any) -> Any:
        exceptions.report(exc_info[1])
        return original(request, resolver, exc_info)

    module.handle_uncaught_exception = handle_uncaught_exception
