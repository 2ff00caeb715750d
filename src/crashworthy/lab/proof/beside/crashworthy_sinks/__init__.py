"""Tells what the service under test gives to databases, shells, templates and files. Standard library only.

Written by crashworthy beside the tests that use it. Inside the service's own interpreter `install` appends, to the file
that the test reads, every call of a sink that holds a marked word; `positions` then decides whether the word stands
there as more than data.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from types import CodeType
from typing import Any

WORD = "cwz"
# What servers write of each request is theirs.
ACCESS_LOGS = ("uvicorn", "werkzeug", "gunicorn", "hypercorn", "aiohttp", "django.server", "daphne", "waitress")
SHELLS = ("sh", "bash", "dash")

_busy = threading.local()
_file = ""
_source = ""


def install(file: str, interleave: Any) -> None:
    """Called by sitecustomize in the service's process; `file` takes a line of JSON per report."""
    global _file
    _file = file
    interleave.on_statement = lambda driver, statement: _tell("sql", statement, driver=driver)
    interleave.on_connect = _connected
    interleave.after_import("asyncpg.connection", _patch_asyncpg)
    interleave.after_import("jinja2.environment", _patch_jinja2)
    interleave.after_import("django.template.base", _patch_django)
    interleave.after_import("logging", _patch_logging)
    interleave.after_import("smtplib", _patch_smtplib)
    sys.addaudithook(_audit)


def _tell(sink: str, text: Any, **data: Any) -> None:
    line = json.dumps({"sink": sink, "text": _text(text)[:20000], **data}, default=str)
    if WORD in line.lower():
        _write(line)


def _connected(host: Any, port: Any) -> None:
    _write(json.dumps({"sink": "connect", "text": f"{host}:{port}", "host": str(host), "port": port}))


def _write(line: str) -> None:
    _busy.now = True
    try:
        handle = os.open(_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            os.write(handle, line.encode() + b"\n")
        finally:
            os.close(handle)
    finally:
        _busy.now = False


def _text(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "backslashreplace")
    return str(os.fspath(value)) if hasattr(value, "__fspath__") else str(value)


def _audit(event: str, given: tuple[Any, ...]) -> None:
    if event not in _EVENTS or getattr(_busy, "now", False):
        return
    try:
        _EVENTS[event](given)
    except Exception as error:  # noqa: BLE001 - the service goes on
        _write(json.dumps({"sink": "error", "text": str(error)}))


def _opened(given: tuple[Any, ...]) -> None:
    path, mode, flags = given
    writes = bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) or "w" in str(mode)
    _path("write" if writes else "read", path)


def _path(use: str, path: Any) -> None:
    if not isinstance(path, int) and WORD in _text(path).lower():
        _tell("path", path, use=use, resolved=os.path.realpath(_text(path)))


def _renamed(given: tuple[Any, ...]) -> None:
    for path in given[:2]:
        _path("rename", path)


def _started(program: Any, arguments: Any) -> None:
    texts = [_text(one) for one in (arguments if isinstance(arguments, list | tuple) else [arguments])]
    if _text(program).rpartition("/")[2] in SHELLS and texts[1:2] == ["-c"]:
        _tell("shell", texts[2], arguments=texts[3:])
    else:
        _tell("arguments", " ".join(texts), arguments=texts)


def _compiled(given: tuple[Any, ...]) -> None:
    global _source
    _source = _text(given[0]) if isinstance(given[0], str | bytes) else ""


def _executed(given: tuple[Any, ...]) -> None:
    names = _names(given[0], 6)
    if any(WORD in name.lower() for name in names):
        _tell("code", _source, names=names)


def _names(code: Any, depth: int) -> list[str]:
    if not isinstance(code, CodeType) or not depth:
        return []
    return [*code.co_names, *(name for inner in code.co_consts for name in _names(inner, depth - 1))]


_EVENTS: dict[str, Any] = {
    "open": _opened,
    "os.listdir": lambda given: _path("list", given[0]),
    "os.scandir": lambda given: _path("list", given[0]),
    "os.remove": lambda given: _path("delete", given[0]),
    "os.mkdir": lambda given: _path("create", given[0]),
    "os.rename": _renamed,
    "os.system": lambda given: _tell("shell", given[0], arguments=[]),
    "subprocess.Popen": lambda given: _started(given[0], given[1]),
    "os.posix_spawn": lambda given: _started(given[0], given[1]),
    "os.exec": lambda given: _started(given[0], given[1]),
    "compile": _compiled,
    "exec": _executed,
    "import": lambda given: _tell("import", given[0]),
    "pickle.find_class": lambda given: _tell("unpickle", f"{given[0]}.{given[1]}"),
}


def _patch_asyncpg(module: Any) -> None:
    for name in ("_execute", "_executemany", "execute"):
        setattr(module.Connection, name, _told_awaited(getattr(module.Connection, name)))


def _told_awaited(original: Any) -> Any:
    async def method(self: Any, query: Any, *given: Any, **named: Any) -> Any:
        _tell("sql", query, driver="asyncpg")
        return await original(self, query, *given, **named)

    return method


def _patch_jinja2(module: Any) -> None:
    original = module.Environment.compile

    def compile(self: Any, source: Any, *given: Any, **named: Any) -> Any:  # noqa: A001 - takes its place
        sandboxed = any(base.__name__ == "SandboxedEnvironment" for base in type(self).__mro__)
        _tell("template", source, engine="jinja2", sandboxed=sandboxed)
        return original(self, source, *given, **named)

    module.Environment.compile = compile


def _patch_django(module: Any) -> None:
    original = module.Template.__init__

    def init(self: Any, template_string: Any, *given: Any, **named: Any) -> None:
        _tell("template", template_string, engine="django", sandboxed=False)
        original(self, template_string, *given, **named)

    module.Template.__init__ = init


def _patch_logging(module: Any) -> None:
    original = module.StreamHandler.emit

    def emit(self: Any, record: Any) -> None:
        if not (record.exc_info or record.name.startswith(ACCESS_LOGS)) and WORD in record.getMessage().lower():
            _tell("log", self.format(record), logger=record.name)
        original(self, record)

    module.StreamHandler.emit = emit


def _patch_smtplib(module: Any) -> None:
    original = module.SMTP.sendmail

    def sendmail(self: Any, from_addr: Any, to_addrs: Any, msg: Any, *given: Any, **named: Any) -> Any:
        _tell("mail", msg)
        return original(self, from_addr, to_addrs, msg, *given, **named)

    module.SMTP.sendmail = sendmail
