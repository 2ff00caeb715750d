"""From what a server was given to the applications within: through middleware, with the prefixes of those mounted."""

from __future__ import annotations

import functools
import types

from crashworthy_sensor.place import own_file
from crashworthy_sensor.routes import READERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.found import Found

MAX_VISITED = 400
MAX_DEPTH = 25
# How middleware calls what it wraps. Where one of these is there, nothing else of the object is followed.
_INNER = (
    "app", "wsgi_app", "asgi_app", "application", "_app", "_application", "wsgi_application", "asgi", "inner",
    "wrapped", "_wrapped", "handler", "next", "middleware_stack",
)  # fmt: skip
_STAND_INS = frozenset({"LocalProxy", "ObjectProxy", "LazyObject", "Proxy", "CallableProxyType", "ProxyType"})
_STATIC = frozenset({"StaticFiles", "SharedDataMiddleware"})


class Walk:
    """One walk. `complete` tells whether each way led to an application whose routes are all known.

    `described` are applications that can describe themselves, with their prefixes.
    """

    def __init__(self) -> None:
        self.complete = True
        self.described: list[tuple[str, Any]] = []
        self._visited: set[tuple[int, str]] = set()

    def routes(self, thing: Any, prefix: str = "", depth: int = 0) -> Iterator[Found]:
        """All routes of the applications that `thing` leads to."""
        key = (id(thing), prefix)
        if key in self._visited or len(self._visited) > MAX_VISITED or depth > MAX_DEPTH:
            return
        self._visited.add(key)
        kind = type(thing)
        if kind.__name__ in _STATIC:
            return
        reader = _reader_of(kind)
        if reader is not None:
            yield from self._read(reader, thing, prefix, depth)
            return
        found = list(READERS["table"](thing, prefix, self, depth))
        yield from found
        inner = list(_inner_of(thing, prefix))
        if not inner and not found:
            self.complete = False
        if found or _is_own(thing):
            self.complete = False  # what it answers by itself is not to be seen
        for below, each in inner:
            yield from self.routes(each, below, depth + 1)

    def _read(self, reader: Any, thing: Any, prefix: str, depth: int) -> Iterator[Found]:
        replaced = next((vars(thing)[name] for name in ("wsgi_app", "asgi_app") if name in _variables(thing)), None)
        if replaced is not None and (id(replaced), prefix) not in self._visited:
            # `app.wsgi_app = Middleware(app.wsgi_app)`: this may mount others beside it, and ends in a bound method.
            yield from self.routes(replaced, prefix, depth + 1)
        yield from reader(thing, prefix, self, depth)


def _reader_of(kind: type) -> Any:
    for base in kind.__mro__:
        for part in base.__module__.split("."):  # some packages carry a copy of a framework in a folder of theirs
            reader = READERS.get(f"{part}.{base.__name__}")
            if reader is not None:
                return reader
    return None


def _inner_of(thing: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """What an object that is no known application hands requests on to, and below which prefix."""
    if isinstance(thing, types.MethodType):
        yield prefix, thing.__self__
        return
    if isinstance(thing, functools.partial):
        yield prefix, thing.func
        return
    if isinstance(thing, types.FunctionType):
        cells = thing.__closure__ or ()
        contents = [cell.cell_contents for cell in cells if _is_bound(cell)]
        named = [each for name, each in zip(thing.__code__.co_freevars, contents, strict=False) if name in _INNER]
        for each in named or contents:
            if _may_serve(each):
                yield prefix, each
        return
    held = _variables(thing)
    for name, value in held.items():
        if isinstance(value, dict) and value and all(isinstance(key, str) and key[:1] == "/" for key in value):
            for path, each in value.items():
                if is_application(each) or (name == "mounts" and _may_serve(each)):
                    yield prefix + path.rstrip("/"), each
    named = [held[name] for name in _INNER if _may_serve(held.get(name))]
    for each in named or [value for value in held.values() if _may_serve(value)]:
        yield prefix, each


def is_itself(thing: Any) -> bool:
    """False for what stands in for something else, such as the current request: it answers by working that out."""
    if any(base.__name__ in _STAND_INS for base in type(thing).__mro__):
        return False
    try:
        return thing.__class__ is type(thing)
    except Exception:
        return False


def is_application(thing: Any) -> bool:
    """Whether it is an application of a known framework."""
    return not isinstance(thing, type) and _reader_of(type(thing)) is not None


def _is_own(thing: Any) -> bool:
    """Whether it is the service's own code, and not a library's, that decides what becomes of a request here."""
    code = getattr(thing, "__code__", None) or getattr(getattr(type(thing), "__call__", None), "__code__", None)  # noqa: B004
    return code is not None and bool(own_file(code.co_filename))


def _variables(thing: Any) -> dict[str, Any]:
    try:
        held = dict(vars(thing))
    except TypeError:
        names = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        held = {name: getattr(thing, name, None) for name in names if isinstance(name, str)}
    return {name: value for name, value in held.items() if is_itself(value)}


def _is_bound(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _may_serve(thing: Any) -> bool:
    if not is_itself(thing) or isinstance(thing, type | types.BuiltinFunctionType | types.ModuleType):
        return False
    return thing is not None and (callable(thing) or is_application(thing))
