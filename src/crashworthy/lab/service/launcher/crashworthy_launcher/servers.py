"""Hooks for servers that must be caught before they bind, or whose workers and reloading are overridden.

Each hook runs after the service itself imported the module. Servers without one are caught by their first
bind (crashworthy_launcher.binding): http.server, wsgiref, cheroot, tornado, ...
"""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable
from typing import Any

from .binding import LOOPBACK
from .imports import after_import
from .moment import Moment

_IN_LOOP = "it serves inside a running event loop"


def install(moment: Moment) -> None:
    """Arrange for every known server to be hooked when it is imported."""
    hooks: dict[str, Callable[[Moment, Any], None]] = {
        "werkzeug.serving": _werkzeug,
        "uvicorn.config": _uvicorn_config,
        "uvicorn.server": _uvicorn_server,
        "gunicorn.app.base": _gunicorn,
        "hypercorn.run": _hypercorn,
        "waitress": _waitress,
        "aiohttp.web": _aiohttp,
        "sanic.mixins.startup": _sanic,
        "eventlet.convenience": _eventlet,
        "gevent.server": _gevent,
        "django.core.management.commands.runserver": _django_runserver,
        "django.core.servers.basehttp": _django_basehttp,
    }
    after_import({name: functools.partial(hook, moment) for name, hook in hooks.items()})


def _werkzeug(moment: Moment, module: Any) -> None:
    original = module.run_simple

    @functools.wraps(original)
    def run_simple(hostname: str, port: int, application: Any, *args: Any, **options: Any) -> Any:
        reload, debugger = bool(options.get("use_reloader")), bool(options.get("use_debugger"))
        processes = int(options.get("processes") or 1)
        forced = moment.reach(
            server="werkzeug",
            port=port,
            reload=reload,
            debug=debugger or bool(getattr(application, "debug", False)),
            workers=processes,
            preload=processes > 1,
        )
        if moment.is_managed:
            options.update(use_reloader=False, use_debugger=False)
            if processes > 1:
                options.update(processes=1, threaded=True)
        return original(LOOPBACK, forced, application, *args, **options)

    module.run_simple = run_simple


def _uvicorn_config(moment: Moment, module: Any) -> None:
    original = module.Config.__init__

    @functools.wraps(original)
    def __init__(self: Any, *args: Any, **options: Any) -> None:  # noqa: N807
        original(self, *args, **options)
        self._crashworthy_declared = {
            "port": None if self.uds or self.fd else self.port,
            "reload": bool(self.reload),
            "workers": self.workers,
        }
        self.host, self.uds, self.fd = LOOPBACK, None, None
        if moment.is_managed:
            self.reload, self.workers = False, 1
            if self.loop == "auto":  # whatever is installed; only that of asyncio can let timers be due at once
                self.loop = "asyncio"
        else:
            # Its supervisors bind before any server of theirs runs.
            self.port = moment.reach(server="uvicorn", **self._crashworthy_declared)

    module.Config.__init__ = __init__


def _uvicorn_server(moment: Moment, module: Any) -> None:
    original_run, original_serve = module.Server.run, module.Server.serve

    def reach(server: Any, obstacle: str = "") -> None:
        config = server.config
        declared = getattr(config, "_crashworthy_declared", {})

        def load() -> None:
            if not config.loaded:
                config.load()
            _choose_loop(config)

        config.port = moment.reach(server="uvicorn", obstacle=obstacle, prepare=load, **declared)

    @functools.wraps(original_run)
    def run(self: Any, *args: Any, **options: Any) -> Any:
        if moment.is_managed:
            reach(self)
        return original_run(self, *args, **options)

    @functools.wraps(original_serve)
    async def serve(self: Any, *args: Any, **options: Any) -> Any:
        if moment.is_managed:
            reach(self, _IN_LOOP)
        return await original_serve(self, *args, **options)

    module.Server.run, module.Server.serve = run, serve


def _choose_loop(config: Any) -> None:
    """Imports uvloop where it is installed, which every copy would do otherwise; makes no loop yet."""
    (getattr(config, "get_loop_factory", None) or config.setup_event_loop)()


def _load_uvicorn() -> None:
    """Import what uvicorn's worker imports when it begins to work."""
    from uvicorn import Config

    config = Config(app=lambda _scope: None, log_config=None)
    config.load()
    _choose_loop(config)


def _gunicorn(moment: Moment, module: Any) -> None:
    original_run = module.BaseApplication.run
    original_application_run = module.Application.run

    @functools.wraps(original_run)
    def run(self: Any) -> Any:
        config = self.cfg
        workers = config.workers
        # The other kinds of worker have no use for this setting.
        threads = config.threads if config.worker_class_str in ("sync", "gthread") else None

        def load() -> None:
            self.wsgi()
            if "uvicorn" in config.worker_class.__module__:
                _load_uvicorn()

        forced = moment.reach(
            server="gunicorn",
            prepare=load,
            reload=bool(config.reload),
            workers=workers,
            preload=bool(config.preload_app),
            threads=threads,
            port=config.address[0][1] if config.address and isinstance(config.address[0], tuple) else None,
        )
        config.set("bind", [f"{LOOPBACK}:{forced}"])
        if moment.is_managed:
            config.set("workers", 1)
            config.set("reload", False)
            if threads is not None and workers * threads > 1:
                # One process that does as many requests at a time as the declared ones did together.
                config.set("worker_class", "gthread")
                config.set("threads", workers * threads)
        return original_run(self)

    @functools.wraps(original_application_run)
    def application_run(self: Any) -> Any:
        # A daemon would leave the process that crashworthy watches.
        self.cfg.set("daemon", False)
        return original_application_run(self)

    module.BaseApplication.run = run
    module.Application.run = application_run


def _hypercorn(moment: Moment, module: Any) -> None:
    original = module.run

    @functools.wraps(original)
    def run(config: Any) -> Any:
        forced = moment.reach(
            server="hypercorn",
            prepare=lambda: module.load_application(config.application_path, config.wsgi_max_body_size),
            reload=bool(config.use_reloader),
            workers=config.workers,
            port=_port_of(config.bind),
        )
        config.bind = [f"{LOOPBACK}:{forced}"]
        if moment.is_managed:
            config.use_reloader = False
            config.workers = 0  # hypercorn's word for serving in this very process
        return original(config)

    module.run = run


def _port_of(bind: Any) -> int | None:
    first = bind if isinstance(bind, str) else bind[0] if bind else ""
    port = first.rpartition(":")[2]
    return int(port) if port.isdigit() else None


def _waitress(moment: Moment, module: Any) -> None:
    original = module.serve

    @functools.wraps(original)
    def serve(app: Any, **options: Any) -> Any:
        port = options.get("port") or _port_of(str(options.get("listen", "")).split(" ")[0]) or 8080
        forced = moment.reach(server="waitress", port=int(port), threads=options.get("threads", 4))
        for name in ("port", "host", "unix_socket", "sockets"):
            options.pop(name, None)
        options["listen"] = f"{LOOPBACK}:{forced}"
        return original(app, **options)

    module.serve = serve


def _aiohttp(moment: Moment, module: Any) -> None:
    original = module.run_app

    @functools.wraps(original)
    def run_app(app: Any, **options: Any) -> Any:
        obstacle = "its application is made inside the event loop" if options.get("loop") else ""
        port = moment.reach(server="aiohttp", port=options.get("port") or 8080, obstacle=obstacle)
        for name in ("path", "sock"):
            options.pop(name, None)
        options.update(host=LOOPBACK, port=port)
        return original(app, **options)

    module.run_app = run_app


def _sanic(moment: Moment, module: Any) -> None:
    """An application's own `run` and the command line both prepare and then serve."""
    original, original_serve = module.StartupMixin.prepare, module.StartupMixin.serve.__func__

    @functools.wraps(original)
    def prepare(self: Any, host: str | None = None, port: int | None = None, **options: Any) -> Any:
        reload = options.get("auto_reload")
        forced = moment.reach(
            server="sanic",
            port=port or 8000,
            workers=int(options.get("workers") or 1),
            reload=bool(options.get("dev") if reload is None else reload),
            debug=bool(options.get("debug") or options.get("dev")),
        )
        options.update(unix=None, sock=None)
        if moment.is_managed:
            options.update(single_process=True, workers=1, fast=False, auto_reload=False, dev=False)
        return original(self, LOOPBACK, forced, **options)

    def serve(cls: Any, /, primary: Any = None, **options: Any) -> Any:
        if not moment.is_managed:
            return original_serve(cls, primary, **options)
        # Its manager would start the interpreter anew for the one worker. What the manager's process does before
        # that is done in one of its own as well: it shares files with the worker, and no memory.
        application = primary or next(iter(cls._app_registry.values()))
        listeners = application.listeners.get("main_process_start")
        if listeners and os.fork() == 0:
            try:
                module.trigger_events(listeners, asyncio.new_event_loop(), application)
            finally:
                os._exit(0)
        if listeners:
            os.wait()
        return cls.serve_single(application)

    module.StartupMixin.prepare, module.StartupMixin.serve = prepare, classmethod(serve)


def _gevent(moment: Moment, module: Any) -> None:
    module._tcp_listener = _forced(moment, "gevent", module._tcp_listener)


def _eventlet(moment: Moment, module: Any) -> None:
    module.listen = _forced(moment, "eventlet", module.listen)


def _forced(moment: Moment, server: str, listen: Any) -> Any:
    """For servers whose sockets are not those of the standard library, so that their bind is not seen."""

    @functools.wraps(listen)
    def listen_elsewhere(address: Any, *args: Any, **options: Any) -> Any:
        if isinstance(address, tuple) and address[1] != 0:
            address = (LOOPBACK, moment.reach(server=server, port=address[1]))
        return listen(address, *args, **options)

    return listen_elsewhere


def _django_runserver(moment: Moment, module: Any) -> None:
    original = module.Command.run

    @functools.wraps(original)
    def run(self: Any, **options: Any) -> Any:
        if moment.is_managed:
            options["use_reloader"] = False
        else:
            # Its reloader serves in a process of its own, which finds the port among its arguments.
            reload = bool(options.get("use_reloader"))
            moment.reach(server="django", port=int(self.port), reload=reload, debug=bool(module.settings.DEBUG))
        return original(self, **options)

    module.Command.run = run


def _django_basehttp(moment: Moment, module: Any) -> None:
    original = module.run

    @functools.wraps(original)
    def run(addr: Any, port: int, wsgi_handler: Any, **options: Any) -> Any:
        from django.conf import settings  # type: ignore[import-not-found,import-untyped,unused-ignore]

        forced = moment.reach(server="django", port=port, debug=bool(settings.DEBUG))
        options["ipv6"] = False
        return original(LOOPBACK, forced, wsgi_handler, **options)

    module.run = run
