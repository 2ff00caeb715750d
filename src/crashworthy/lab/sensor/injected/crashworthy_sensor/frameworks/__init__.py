"""Where requests enter a service: one file per kind of framework. Only the outermost application counts."""

from __future__ import annotations

from crashworthy_sensor.frameworks import aiohttp, asgi, django, flask, http_server, sanic, servers, tornado
from crashworthy_sensor.imports import when_imported

# Each alone is enough to attribute requests.
MODULES = frozenset(
    {
        "flask.app",
        "starlette.applications",
        "django.core.handlers.wsgi",
        "django.core.handlers.asgi",
        "quart.app",
        "litestar.app",
        "aiohttp.web_app",
        "http.server",
        "sanic.app",
        "tornado.web",
        *servers.MODULES,
    }
)


def install() -> None:
    """Watch for the frameworks and servers."""
    when_imported("flask.app", flask.patch)
    when_imported("starlette.applications", asgi.patch_starlette)
    when_imported("starlette.middleware.errors", asgi.patch_starlette_errors)
    when_imported("django.core.handlers.wsgi", django.patch_wsgi)
    when_imported("django.core.handlers.asgi", django.patch_asgi)
    when_imported("django.test.client", django.patch_test_client)
    when_imported("django.core.handlers.exception", django.patch_exception)
    when_imported("starlette._exception_handler", asgi.patch_starlette_handlers)
    when_imported("quart.app", asgi.patch_quart)
    when_imported("litestar.app", asgi.patch_litestar)
    when_imported("aiohttp.web_app", aiohttp.patch)
    when_imported("http.server", http_server.patch)
    when_imported("sanic.app", sanic.patch)
    when_imported("tornado.web", tornado.patch)
    servers.install()
