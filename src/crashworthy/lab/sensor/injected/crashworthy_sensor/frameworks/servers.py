"""Servers that are handed an application: so that applications of any framework, or none, are seen."""

from __future__ import annotations

from crashworthy_sensor.frameworks import asgi, wsgi
from crashworthy_sensor.imports import when_imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


MODULES = ("werkzeug.serving", "wsgiref.simple_server", "gunicorn.app.base", "waitress.server", "uvicorn.config")


def install() -> None:
    """Watch for the servers."""
    patches = (_patch_werkzeug, _patch_wsgiref, _patch_gunicorn, _patch_waitress, _patch_uvicorn)
    for module, patch in zip(MODULES, patches, strict=True):
        when_imported(module, patch)


def _patch_werkzeug(module: Any) -> None:
    original = module.BaseWSGIServer.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.app = wsgi.Wrapped(self.app)

    module.BaseWSGIServer.__init__ = init


def _patch_wsgiref(module: Any) -> None:
    original = module.WSGIServer.set_app

    def set_app(self: Any, application: Any) -> None:
        original(self, wsgi.Wrapped(application) if application is not None else None)

    module.WSGIServer.set_app = set_app


def _patch_gunicorn(module: Any) -> None:
    original = module.BaseApplication.wsgi

    def application(self: Any) -> Any:
        loaded = original(self)
        # An ASGI worker asks for its application here too.
        if loaded is None or isinstance(loaded, wsgi.Wrapped) or "wsgi" not in _worker_kind(self):
            return loaded
        return wsgi.Wrapped(loaded)

    module.BaseApplication.wsgi = application


def _worker_kind(application: Any) -> str:
    worker = getattr(getattr(application, "cfg", None), "worker_class_str", "sync")
    return "wsgi" if worker in {"sync", "gthread", "eventlet", "gevent"} else "other"


def _patch_waitress(module: Any) -> None:
    original = module.create_server

    def create_server(application: Any, *args: Any, **kwargs: Any) -> Any:
        return original(wsgi.Wrapped(application), *args, **kwargs)

    module.create_server = create_server


def _patch_uvicorn(module: Any) -> None:
    original = module.Config.load

    def load(self: Any) -> None:
        original(self)
        # Whatever it was, uvicorn has adapted it to ASGI 3 by now.
        self.loaded_app = asgi.Wrapped(self.loaded_app)

    module.Config.load = load
