"""Sinks of libraries, which raise no audit event."""

from __future__ import annotations

import sys

from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.sinks.audited import started
from crashworthy_sensor.sinks.watch import as_text, report, watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What servers write about each request is theirs, and has its own way to escape.
_ACCESS_LOGS = ("uvicorn", "werkzeug", "gunicorn", "hypercorn", "aiohttp", "django.server", "daphne", "waitress")


def patch_jinja2(module: Any) -> None:
    """`Environment.compile`, through which every template's source goes."""
    original = module.Environment.compile

    def compile(self: Any, source: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: A001 - takes its place
        if watch.prefix is not None and watch.sees(source):
            sandboxed = any(base.__name__ == "SandboxedEnvironment" for base in type(self).__mro__)
            report("template", source, sys._getframe(1), engine="jinja2", sandboxed=sandboxed)
        return original(self, source, *args, **kwargs)

    _take_place(compile, original)
    module.Environment.compile = compile


def patch_django(module: Any) -> None:
    """`Template.__init__`."""
    original = module.Template.__init__

    def init(self: Any, template_string: Any, *args: Any, **kwargs: Any) -> None:
        if watch.prefix is not None and watch.sees(str(template_string)):
            report("template", template_string, sys._getframe(1), engine="django", sandboxed=False)
        original(self, template_string, *args, **kwargs)

    _take_place(init, original)
    module.Template.__init__ = init


def patch_logging(module: Any) -> None:
    """`StreamHandler.emit`, which also files' handlers call: the text as the formatter made it."""
    original = module.StreamHandler.emit

    def emit(self: Any, record: Any) -> None:
        if watch.prefix is not None and not record.name.startswith(_ACCESS_LOGS):
            _logged(self, record)
        original(self, record)

    _take_place(emit, original)
    module.StreamHandler.emit = emit


def _logged(handler: Any, record: Any) -> None:
    try:
        # A traceback has lines of its own: who forges one forges nothing that looks like a record.
        if record.exc_info or record.exc_text or not watch.sees(record.getMessage()):
            return
        report("log", handler.format(record), sys._getframe(2), logger=record.name)
    except Exception:
        sensor_error("log record")


def patch_smtplib(module: Any) -> None:
    """`SMTP.sendmail`, which `send_message` calls too."""
    original = module.SMTP.sendmail

    def sendmail(self: Any, from_addr: Any, to_addrs: Any, msg: Any, *args: Any, **kwargs: Any) -> Any:
        if watch.prefix is not None and watch.sees(msg):
            report("mail", as_text(msg), sys._getframe(1))
        return original(self, from_addr, to_addrs, msg, *args, **kwargs)

    _take_place(sendmail, original)
    module.SMTP.sendmail = sendmail


def patch_uvloop(module: Any) -> None:
    """uvloop starts processes in C, without an audit event."""
    for name in ("subprocess_shell", "subprocess_exec"):
        setattr(module.Loop, name, _starting(name, getattr(module.Loop, name)))


def _starting(name: str, original: Any) -> Any:
    async def start(self: Any, protocol_factory: Any, *args: Any, **kwargs: Any) -> Any:
        if watch.prefix is not None and args:
            try:
                arguments = ["/bin/sh", "-c", *args] if name == "subprocess_shell" else args
                started(arguments[0], arguments, sys._getframe())
            except Exception:
                sensor_error(f"uvloop {name}")
        return await original(self, protocol_factory, *args, **kwargs)

    _take_place(start, original)
    return start


def _take_place(replacement: Any, original: Any) -> None:
    replacement.__name__ = original.__name__
    replacement.__qualname__ = getattr(original, "__qualname__", original.__name__)
    replacement.__module__ = getattr(original, "__module__", None)
    replacement.__doc__ = original.__doc__
