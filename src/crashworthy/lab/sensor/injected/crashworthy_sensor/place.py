"""Own code: which files belong to the service, and where in them something happened."""

from __future__ import annotations

import os
import sys
import threading
from contextvars import ContextVar

from crashworthy_sensor.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType

Place = tuple[str, int, str]

MAX_DEPTH = 400
MAX_FRAMES = 50
MAX_FILES = 20_000
_LIBRARIES = ("site-packages", "dist-packages")
# Where own code handed over work that now runs without any own code on its stack: in a task, in an executor's thread.
task_place: ContextVar[Place | None] = ContextVar("crashworthy_place", default=None)
thread_place = threading.local()

# Files whose frames stand between a request and what serves it: callers beyond them are no cause of anything.
_BOUNDARIES = tuple(
    os.path.join(*parts)
    for parts in (
        ("crashworthy_sensor", "frameworks", "wsgi.py"),
        ("crashworthy_sensor", "frameworks", "asgi.py"),
        ("crashworthy_sensor", "frameworks", "aiohttp.py"),
        ("crashworthy_sensor", "frameworks", "http_server.py"),
        ("asyncio", "runners.py"),
        ("asyncio", "events.py"),
        ("uvloop", "__init__.py"),
        ("uvicorn", "server.py"),
    )
)
BOUNDARY = ""
_OF_WSGI = ("environ", "start_response")
_RUNNERS = os.path.join("asyncio", "runners.py")

_own_files: dict[str, str | None] = {}
_working_folder = os.getcwd()
_prefixes = tuple(
    os.path.realpath(prefix) + os.sep
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix}
    if os.path.realpath(prefix) != settings.root
)


def own_file(filename: str) -> str | None:
    """The path below the service's folder, with forward slashes; None (or `BOUNDARY`) for code not its own."""
    try:
        return _own_files[filename]
    except KeyError:
        if len(_own_files) >= MAX_FILES:
            _own_files.clear()  # a service that compiles code under ever new names
        found = _own_files[filename] = _classify(filename)
        return found


def _classify(filename: str) -> str | None:
    if filename.endswith(_BOUNDARIES):
        return BOUNDARY
    if not settings.root or filename.startswith("<"):
        return None
    # A script that was started by a relative path keeps it in its code objects.
    path = os.path.realpath(os.path.join(_working_folder, filename))
    root = settings.root + os.sep
    if not path.startswith(root):
        return None
    inside = path[len(root) :].split(os.sep)
    if any(part in _LIBRARIES for part in inside):
        return None
    if any(prefix.startswith(root) and path.startswith(prefix) for prefix in _prefixes):
        return None
    return "/".join(inside)


def innermost(frame: FrameType | None) -> Place | None:
    """The innermost own frame among `frame` and its callers, or the place that handed over the work."""
    depth = 0
    known = _own_files
    while frame is not None and depth < MAX_DEPTH:
        code = frame.f_code
        filename = code.co_filename
        try:
            relative = known[filename]
        except KeyError:
            relative = own_file(filename)
        if relative is not None:
            if relative == BOUNDARY:
                break
            return relative, frame.f_lineno or code.co_firstlineno, code.co_qualname
        frame = frame.f_back
        depth += 1
    place: Place | None = getattr(thread_place, "place", None)
    return place or task_place.get()


def beyond_runner(frame: FrameType) -> FrameType | None:
    """The caller of `asyncio.run`, where `frame` is a part of that, else `frame`."""
    caller: FrameType | None = frame
    while caller is not None and caller.f_code.co_filename.endswith(_RUNNERS):
        caller = caller.f_back
    return caller


def _is_application(code: CodeType) -> bool:
    """Whether the code takes a whole request: Starlette's `call_next`, or an application of ASGI or WSGI."""
    taken = code.co_varnames[: code.co_argcount]
    return code.co_name == "call_next" or taken[-3:] == ("scope", "receive", "send") or taken[-2:] == _OF_WSGI


def own_frames(traceback: TracebackType | None) -> list[Place]:
    """The own frames of a traceback, innermost last; the outer ones are left out of an endless recursion.

    Middleware that handed the request on is left out, for it is no cause of what the framework fails with beyond it.
    """
    places: list[Place] = []
    handed_on = False
    while traceback is not None:
        code = traceback.tb_frame.f_code
        relative = own_file(code.co_filename)
        if not relative and handed_on and _is_application(code):
            places.pop()
        handed_on = bool(relative)
        if relative:
            places.append((relative, traceback.tb_lineno or code.co_firstlineno, code.co_qualname))
            if len(places) > 2 * MAX_FRAMES:
                del places[:MAX_FRAMES]
        traceback = traceback.tb_next
    return places[-MAX_FRAMES:]
