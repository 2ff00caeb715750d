"""Django's resolver, with what REST framework and Ninja say of their views."""

from __future__ import annotations

import sys

from crashworthy_sensor.routes.found import Found, code_of, has_free

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
            yield Found("django", pieces, methods, function, **_body(each.callback, methods))


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
                yield (verb.upper(),), getattr(view, verb)
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
    from crashworthy_sensor.routes.forms import of_form, of_serializer

    serializer = _serializer(callback, view, changing)
    form = getattr(view, "form_class", None)
    if serializer is not None:
        schema = of_serializer(serializer(), partial="PATCH" in changing)
        return {"body": schema, "content_type": "application/json"} if schema else {}
    if isinstance(form, type):
        return {"body": of_form(form()), "content_type": "application/x-www-form-urlencoded"}
    return {}


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
