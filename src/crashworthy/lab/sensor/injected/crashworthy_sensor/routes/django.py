"""Django's resolver, with what REST framework and Ninja say of their views."""

from __future__ import annotations

import sys

from crashworthy_sensor.routes.found import Found, code_of, function_of, has_free

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk
    from crashworthy_sensor.routes.found import Pieces

MAX_DEPTH = 20


def of_handler(_handler: Any, prefix: str, _walk: Walk, _depth: int) -> Iterator[Found]:
    """The patterns of ROOT_URLCONF, whichever handler serves them."""
    resolver = sys.modules["django.urls"].get_resolver()
    yield from _patterns(resolver.url_patterns, (("text", prefix + "/"),), 0)


def _patterns(patterns: Iterable[Any], before: Pieces, depth: int) -> Iterator[Found]:
    if depth > MAX_DEPTH:
        return
    for each in patterns:
        piece = _piece(each.pattern)
        if "drf_format_suffix" in piece[1] or "(?P<format>" in piece[1]:
            continue  # the same once more, with an ending such as .json
        pieces = (*before, piece)
        if hasattr(each, "url_patterns"):
            if getattr(each, "app_name", None) != "admin":
                yield from _patterns(each.url_patterns, pieces, depth + 1)
            continue
        for methods, function in _methods(each.callback):
            body = _body(each.callback, methods) or _named_body(function, methods)
            yield Found("django", pieces, methods, function, **body)


def _piece(pattern: Any) -> tuple[str, str]:
    if hasattr(pattern, "_route"):
        return "angle", str(pattern._route)
    if hasattr(pattern, "_regex"):
        return "regex", str(pattern._regex)
    return "text", str(pattern)


def _methods(callback: Any) -> Iterator[tuple[tuple[str, ...] | None, Any]]:
    """Methods of a view, with the function for them; None where a view looks at the method by itself."""
    actions = getattr(callback, "actions", None)
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    path_view = has_free(callback, "self")
    if actions and view is not None:
        for verb, name in actions.items():
            if verb not in {"head", "options"}:
                yield (verb.upper(),), getattr(view, name, view)
    elif view is not None:
        for verb in view.http_method_names:
            if verb not in {"head", "options", "trace"} and callable(getattr(view, verb, None)):
                handler = getattr(view, verb)
                # Around a function, REST framework's decorator puts a class whose methods all call that.
                yield (verb.upper(),), has_free(handler, "func") or handler
    elif isinstance(getattr(path_view, "operations", None), list):
        for operation in path_view.operations:
            yield tuple(operation.methods), operation.view_func
    else:
        allowed = has_free(callback, "request_method_list")
        methods = tuple(str(method) for method in allowed) if isinstance(allowed, list | tuple) else None
        yield methods, callback if code_of(callback) is not None else None


def _body(callback: Any, methods: tuple[str, ...] | None) -> dict[str, Any]:
    changing = {"POST", "PUT", "PATCH"} & {*(methods or ())}
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    if not changing or view is None:
        return {}
    serializer = _serializer(callback, view, changing)
    form = getattr(view, "form_class", None)
    if serializer is not None:
        return _taken(serializer, changing)
    return _taken(form, changing) if isinstance(form, type) else {}


def _named_body(function: Any, methods: tuple[str, ...] | None) -> dict[str, Any]:
    """What the first serializer or form accepts that a view names in its own code."""
    changing = {"POST", "PUT", "PATCH"} & {*(methods or ())}
    written = function_of(function) if changing else None
    names = written.__code__.co_names if written is not None else ()
    found = (written.__globals__.get(name) for name in names) if written is not None else ()
    kinds = [each for each in found if isinstance(each, type) and {"BaseSerializer", "BaseForm"} & _bases(each)]
    try:
        return _taken(kinds[0], changing) if kinds else {}
    except Exception:
        return {}  # it wants arguments


def _bases(kind: type) -> set[str]:
    return {base.__name__ for base in kind.__mro__}


def _taken(kind: Any, changing: set[str]) -> dict[str, Any]:
    from crashworthy_sensor.routes.forms import of_form, of_serializer

    if "BaseForm" in _bases(kind):
        return {"body": of_form(kind()), "content_type": "application/x-www-form-urlencoded"}
    schema = of_serializer(kind(), partial="PATCH" in changing)
    return {"body": schema, "content_type": "application/json"} if schema else {}


def _serializer(callback: Any, view: Any, changing: set[str]) -> Any:
    """The serializer class for the action; None for actions of one's own, which may take anything."""
    given = getattr(callback, "initkwargs", None) or {}
    actions = getattr(callback, "actions", None) or {}
    action = next((actions[verb.lower()] for verb in changing if verb.lower() in actions), None)
    if action not in {None, "create", "update", "partial_update"} and "serializer_class" not in given:
        return None
    chosen = given.get("serializer_class") or getattr(view, "serializer_class", None)
    if hasattr(view, "get_serializer_class"):
        made = view(**given)
        made.action, made.request, made.format_kwarg, made.args, made.kwargs = action, None, None, (), {}
        try:
            return made.get_serializer_class()
        except Exception:
            # It wants a request, or has none; the attribute is the next best.
            return chosen
    return chosen
