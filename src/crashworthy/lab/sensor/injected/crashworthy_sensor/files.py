"""Files that a request writes below the service's folder."""

from __future__ import annotations

import os
import sys
from json.encoder import encode_basestring_ascii as quote

from crashworthy_sensor.context import ANONYMOUS, current
from crashworthy_sensor.events import MAX_TEXT, record_here, sensor_error
from crashworthy_sensor.faults import steps
from crashworthy_sensor.interleave import barrier
from crashworthy_sensor.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WRITING = frozenset("wax+")


def patch_open(*modules: Any) -> None:
    """`open`, as `builtins` and `io` (so pathlib) know it."""
    original = modules[0].open

    def open(file: Any, mode: Any = "r", *args: Any, **kwargs: Any) -> Any:  # noqa: A001 - takes its place
        exchange = current.get()
        writes = isinstance(mode, str) and not _WRITING.isdisjoint(mode)
        if writes and exchange is not None and exchange is not ANONYMOUS and _written(file):
            torn = steps.step(exchange, "file", sys._getframe(1))
            if torn:
                original(file, mode, *args, **kwargs)
                steps.die()
        return original(file, mode, *args, **kwargs)

    open.__module__ = "_io"
    open.__qualname__ = "open"
    open.__doc__ = original.__doc__
    for module in modules:
        module.open = open


def patch_os(module: Any) -> None:
    """`os.replace` and `os.rename`, how a careful program writes a file, and `os.open`, how one takes a lock."""
    for name in ("replace", "rename"):
        setattr(module, name, _moving(getattr(module, name)))
    creating, original = module.O_CREAT | module.O_TRUNC, module.open

    def open(path: Any, flags: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: A001 - takes its place
        exchange = current.get()
        if exchange is not None and exchange is not ANONYMOUS and flags & creating and _written(path):
            steps.step(exchange, "file", sys._getframe(1))
        return original(path, flags, *args, **kwargs)

    open.__module__, open.__qualname__, open.__doc__ = original.__module__, "open", original.__doc__
    module.open = open


def _moving(original: Any) -> Any:
    def move(src: Any, dst: Any, **kwargs: Any) -> None:
        exchange = current.get()
        if exchange is not None and exchange is not ANONYMOUS and _written(dst):
            steps.step(exchange, "file", sys._getframe(1))
        original(src, dst, **kwargs)

    move.__name__ = move.__qualname__ = original.__name__
    move.__module__ = original.__module__
    move.__doc__ = original.__doc__
    return move


def _written(file: Any) -> bool:
    """A request is about to write `file`; if it is below the service's folder, say so and keep to the plan."""
    try:
        if not settings.root or isinstance(file, int):
            return False
        path = os.path.realpath(file if isinstance(file, str) else _path_text(file))
        if not path.startswith(settings.root + os.sep):
            return False
        relative = path[len(settings.root) + 1 :].replace(os.sep, "/")
        frame = sys._getframe(2)
        record_here("file-write", f'{{"path":{quote(relative[:MAX_TEXT])}}}', frame=frame)
        exchange = current.get()
        if exchange is not None and exchange.barrier is not None:
            barrier.wait(exchange, frame)
    except Exception:
        sensor_error("file write")
        return False
    return True


def _path_text(file: Any) -> str:
    text = file.__fspath__() if hasattr(file, "__fspath__") else file
    return text.decode(errors="surrogateescape") if isinstance(text, bytes) else str(text)
