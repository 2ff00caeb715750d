"""Sinks that CPython itself announces by audit events (PEP 578)."""

from __future__ import annotations

import os
import sys
import threading
from types import CodeType

from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.sinks.watch import MAX_TEXT, as_text, report, watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

_MAX_DEPTH = 6
_MAX_NAMES = 200
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash"})

_here = threading.local()
_installed = False


def install() -> None:
    """Install the hook, once; it cannot be taken away again."""
    global _installed
    if not _installed:
        _installed = True
        sys.addaudithook(_hook)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    handler = _HANDLERS.get(event)
    if handler is None or watch.prefix is None or getattr(_here, "busy", False):
        return
    _here.busy = True
    try:
        handler(event, args, sys._getframe(1))
    except Exception:
        sensor_error(f"audit event {event}")
    finally:
        _here.busy = False


def _opened(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    path, mode, flags = args
    if _is_path(path):
        writes = bool((flags or 0) & _WRITING) or (isinstance(mode, str) and not set(mode).isdisjoint("wax+"))
        _path("write" if writes else "read", path, None, frame)


def _listed(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    if _is_path(args[0]):
        _path("list", args[0], None, frame)


def _removed(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    if _is_path(args[0]):
        _path("delete", args[0], args[-1], frame)


def _created(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    if _is_path(args[0]):
        _path("create", args[0], args[-1], frame)


def _renamed(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    folders = (*args[2:4], None, None)[:2]
    for path, folder in zip(args[:2], folders, strict=True):
        if _is_path(path):
            _path("rename", path, folder, frame)


def _connected_to_file(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    if _is_path(args[0]):
        _path("write", args[0], None, frame)


def _is_path(path: Any) -> bool:
    return not isinstance(path, int) and watch.sees(as_text(path))


def _path(use: str, path: Any, folder: Any, frame: FrameType) -> None:
    text = as_text(path)
    base = os.readlink(f"/proc/self/fd/{folder}") if isinstance(folder, int) and folder >= 0 else os.getcwd()
    report("path", text, frame, use=use, resolved=os.path.realpath(os.path.join(base, text)))


def _system(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    if watch.sees(args[0]):
        report("shell", args[0], frame, arguments=[])


def _process(event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    # os.spawn has the mode before the path.
    program, arguments = args[1:3] if event == "os.spawn" else args[:2]
    started(program, arguments, frame)


def started(program: Any, arguments: Any, frame: FrameType) -> None:
    """A program is started with these arguments, the first of which is its name."""
    given = [arguments] if isinstance(arguments, str | bytes) or hasattr(arguments, "__fspath__") else list(arguments)
    texts = [as_text(argument)[:MAX_TEXT] for argument in given]
    if not any(map(watch.sees, (*texts, as_text(program)))):
        return
    name = os.path.basename(texts[0]) if texts else ""
    if name in _SHELLS and len(texts) > 2 and texts[1] == "-c":
        report("shell", texts[2], frame, arguments=texts[3:])
    else:
        report("arguments", " ".join(texts), frame, arguments=texts)


def _executed(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    """`compile` alone harms nobody (`ast.parse` and `literal_eval` compile too): what counts is what is executed."""
    source, _here.source = getattr(_here, "source", ""), ""
    names = list(_names(args[0], _MAX_DEPTH))[:_MAX_NAMES]
    if any(map(watch.sees, names)):
        report("code", source, frame, names=names, restricted="RestrictedPython" in sys.modules)


def _compiled(_event: str, args: tuple[Any, ...], _frame: FrameType) -> None:
    """Remembered to be shown, where it is text, when the code is executed."""
    source = args[0]
    if isinstance(source, str | bytes) and watch.sees(source):
        _here.source = as_text(source)


def _names(code: Any, depth: int) -> list[str]:
    if not isinstance(code, CodeType) or depth == 0:
        return []
    return [*code.co_names, *(name for inner in code.co_consts for name in _names(inner, depth - 1))]


def _imported(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    if watch.sees(args[0]):
        report("import", args[0], frame)


def _unpickled(_event: str, args: tuple[Any, ...], frame: FrameType) -> None:
    text = f"{args[0]}.{args[1]}"
    if watch.sees(text):
        report("unpickle", text, frame)


_HANDLERS: dict[str, Callable[[str, tuple[Any, ...], FrameType], None]] = {
    "open": _opened,
    "sqlite3.connect": _connected_to_file,
    "os.listdir": _listed,
    "os.scandir": _listed,
    "os.remove": _removed,
    "os.rmdir": _removed,
    "os.mkdir": _created,
    "os.rename": _renamed,
    "os.link": _renamed,
    "os.system": _system,
    "subprocess.Popen": _process,
    "os.exec": _process,
    "os.posix_spawn": _process,
    "os.spawn": _process,
    "compile": _compiled,
    "exec": _executed,
    "import": _imported,
    "pickle.find_class": _unpickled,
}
