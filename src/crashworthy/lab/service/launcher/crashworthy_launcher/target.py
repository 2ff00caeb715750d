"""Serves an application object or factory that no script or command serves by itself."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
from typing import Any

_ASGI = frozenset({"fastapi", "starlette", "litestar", "quart"})


def load(target: str, *, is_factory: bool) -> Any:
    """The application that "module:name" names; an asynchronous factory is run to its end."""
    module_name, _, name = target.partition(":")
    thing: Any = importlib.import_module(module_name)
    for part in name.split("."):
        thing = getattr(thing, part)
    if is_factory:
        thing = thing()
        if inspect.iscoroutine(thing):
            thing = asyncio.run(thing)
    return thing


def serve(application: Any, framework: str, port: int) -> None:
    """Serve until ended. The servers are those that the service's own environment has."""
    if framework == "flask":
        from werkzeug.serving import run_simple

        run_simple("127.0.0.1", port, application, threaded=True)
    elif framework == "aiohttp":
        from aiohttp import web  # type: ignore[import-not-found,import-untyped,unused-ignore]

        web.run_app(application, host="127.0.0.1", port=port)
    elif framework == "sanic":
        # Its workers cannot load the application again where no script of its own serves it.
        type(application).start_method = "fork"
        application.run(host="127.0.0.1", port=port)
    elif framework == "tornado":
        _serve_tornado(application, port)
    elif framework in _ASGI or _is_asgi(application):
        _serve_asgi(application, port)
    elif framework == "django":
        from django.core.servers.basehttp import run  # type: ignore[import-not-found,import-untyped,unused-ignore]

        run("127.0.0.1", port, application, threading=True)
    else:
        _serve_wsgi(application, port)


def _serve_tornado(application: Any, port: int) -> None:
    async def until_ended() -> None:
        application.listen(port, "127.0.0.1")
        await asyncio.Event().wait()

    asyncio.run(until_ended())


def _is_asgi(application: Any) -> bool:
    call = application if inspect.isfunction(application) else type(application).__call__
    return inspect.iscoroutinefunction(call) or len(inspect.signature(call).parameters) > 3


def _serve_asgi(application: Any, port: int) -> None:
    if importlib.util.find_spec("uvicorn") is not None:
        import uvicorn

        uvicorn.run(application, host="127.0.0.1", port=port)
        return
    if importlib.util.find_spec("hypercorn") is None:
        raise SystemExit("crashworthy: no ASGI server: neither uvicorn nor hypercorn is installed for this service")
    from hypercorn.asyncio import serve as hypercorn_serve  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from hypercorn.config import Config  # type: ignore[import-not-found,import-untyped,unused-ignore]

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    asyncio.run(hypercorn_serve(application, config))


def _serve_wsgi(application: Any, port: int) -> None:
    """With the standard library; threads, as any server in use has."""
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIServer, make_server

    class ThreadingServer(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    make_server("127.0.0.1", port, application, server_class=ThreadingServer).serve_forever()
