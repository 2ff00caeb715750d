"""Services that route by themselves: tables of methods, paths or patterns, and what is called for them.

Where there is no such table nothing is said; rows that have no callable are no routes.
"""

from __future__ import annotations

import re
import sys

from crashworthy_sensor.place import own_file
from crashworthy_sensor.routes.applications import is_application, is_itself
from crashworthy_sensor.routes.found import Found, verbs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
MAX_ROWS = 1000
MAX_DEPTH = 4


def of_object(thing: Any, prefix: str, _walk: Walk, _depth: int) -> Iterator[Found]:
    """Tables among the attributes of an application, or in the module of one that is own code."""
    if isinstance(thing, type | dict | list | tuple | str) or type(thing).__name__ == "DispatcherMiddleware":
        return
    code = getattr(thing, "__code__", None)
    held = dict(getattr(thing, "__dict__", {}))
    if code is not None:
        held |= {f"cell{number}": _content(cell) for number, cell in enumerate(thing.__closure__ or ())}
    kind = type(thing) if code is None else thing
    held |= _module_tables(getattr(kind, "__module__", ""))
    yield from _of_values(held, prefix, thing)


def of_handler(handler: Any, prefix: str, walk: Walk, _depth: int) -> Iterator[Found]:
    """A handler of `http.server`: tables of its class, its server and its module."""
    walk.complete = False
    held: dict[str, Any] = dict(vars(getattr(handler, "server", object())) if hasattr(handler, "server") else {})
    for base in type(handler).__mro__:
        if base.__module__ not in {"http.server", "socketserver", "builtins"}:
            held |= _module_tables(base.__module__)
            held |= vars(base)
    methods = {name[3:] for name in dir(type(handler)) if name.startswith("do_")}
    for found in _of_values(held, prefix, handler, "http.server"):
        if found.methods is None:
            found.methods = sorted(methods - {"HEAD", "OPTIONS"}) if len(methods - {"HEAD", "OPTIONS"}) == 1 else None
        if found.methods is None or methods.issuperset(found.methods):
            yield found


def _module_tables(name: str) -> dict[str, Any]:
    module = sys.modules.get(name)
    if module is None or not own_file(getattr(module, "__file__", None) or "<none>"):
        return {}
    return {key: value for key, value in vars(module).items() if isinstance(value, list | tuple | dict)}


def _of_values(held: dict[str, Any], prefix: str, owner: Any, framework: str = "unknown") -> Iterator[Found]:
    for value in held.values():
        if is_itself(value) and isinstance(value, list | tuple | dict) and value:
            for methods, path, handler in _rows(value, owner, (), None, 0):
                pieces = (("text", prefix), path)
                view = getattr(handler, "view_class", None)
                if methods or not isinstance(view, type):
                    yield Found(framework, pieces, methods or None, handler)
                else:
                    for method, function in verbs_of(view):
                        yield Found(framework, pieces, (method,), function)


def _rows(
    table: Any, owner: Any, methods: tuple[str, ...], path: tuple[str, str] | None, depth: int
) -> Iterator[tuple[tuple[str, ...], tuple[str, str], Any]]:
    """Rows of a table: from tuples, or from dictionaries by method, by path, or by both."""
    if depth > MAX_DEPTH or not isinstance(table, list | tuple | dict) or len(table) > MAX_ROWS:
        return
    entries = [(key, value) for key, value in table.items()] if isinstance(table, dict) else table
    for entry in entries:
        values = [*_flat(entry)]
        found_methods = tuple(each.upper() for each in values if _is_method(each)) or methods
        paths = [read for each in values if (read := _path(each)) is not None]
        called = [each for each in values if _is_called(each, owner)]
        here = paths[0] if len(paths) == 1 else path
        if len(paths) > 1:
            continue
        if here is not None and called:
            handler = getattr(owner, called[0]) if isinstance(called[0], str) else called[0]
            yield found_methods, here, handler
        elif isinstance(table, dict) and (paths or found_methods) and isinstance(entry[1], dict | list):
            yield from _rows(entry[1], owner, found_methods, here, depth + 1)


def _flat(entry: Any) -> Iterator[Any]:
    """Parts of a row: of a tuple, a named one, a data class, and tuples and sets within."""
    if not is_itself(entry):
        return
    if isinstance(entry, list | tuple | set | frozenset):
        for each in list(entry)[:12]:
            yield from _flat(each) if isinstance(each, list | tuple | set | frozenset) else (each,)
    elif hasattr(type(entry), "__dataclass_fields__"):
        for name in type(entry).__dataclass_fields__:
            yield from _flat(getattr(entry, name, None))
    else:
        yield entry


def _is_method(value: Any) -> bool:
    return isinstance(value, str) and value.upper() in METHODS


def _path(value: Any) -> tuple[str, str] | None:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        begins = value.pattern.lstrip("^").removeprefix("\\A").removeprefix("\\")
        return ("regex", value.pattern) if begins.startswith(("/", "(")) else None
    if isinstance(value, str) and value.startswith(("/", "^/")) and " " not in value and "\n" not in value:
        if value.startswith("^") or "(?P<" in value:
            return "regex", value
        return ("angle", value) if "<" in value else ("brace", value) if "{" in value else ("colon", value)
    return None


def _is_called(value: Any, owner: Any) -> bool:
    if isinstance(value, str):
        return value.isidentifier() and callable(getattr(type(owner), value, None))
    return callable(value) and not is_application(value)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
