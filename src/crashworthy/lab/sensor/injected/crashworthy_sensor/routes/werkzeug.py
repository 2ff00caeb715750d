"""Flask, Quart, and bare maps of Werkzeug's rules."""

from __future__ import annotations

from crashworthy_sensor.routes.found import Found, verbs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crashworthy_sensor.routes.applications import Walk

_KNOWN_CONVERTERS = frozenset({"default", "string", "int", "float", "path", "uuid", "any"})


def of_flask(application: Any, prefix: str, _walk: Walk, _depth: int) -> Iterator[Found]:
    """Blueprints, `add_url_rule` and class-based views all end in the map."""
    is_quart = any(base.__module__.startswith("quart") for base in type(application).__mro__)
    framework = "quart" if is_quart else "flask"
    yield from _rules(application.url_map, prefix, framework, application.view_functions)


def of_map(rules: Any, prefix: str, _walk: Walk, _depth: int) -> Iterator[Found]:
    """A map that an application of nobody's framework matches by itself; endpoints may be the handlers."""
    yield from _rules(rules, prefix, "werkzeug", {})


def _rules(rules: Any, prefix: str, framework: str, views: dict[str, Any]) -> Iterator[Found]:
    for rule in rules.iter_rules():
        view = views.get(rule.endpoint) if isinstance(rule.endpoint, str) else rule.endpoint
        if rule.build_only or rule.redirect_to or rule.alias or _is_static(rule):
            continue
        pieces = (("text", prefix), ("angle", rule.rule))
        patterns = {
            name: converter.regex
            for name, converter in (rule._converters or {}).items()
            if not _is_known(rule, converter)
        }
        methods = rule.methods
        if getattr(rule, "websocket", False):
            yield Found(framework, pieces, (), view, websocket=True)
            continue
        view_class = getattr(view, "view_class", None)
        by_verb = dict(verbs_of(view_class)) if view_class is not None else {}
        if methods is None:
            yield Found(framework, pieces, None, view, patterns=patterns)
        for method in sorted(methods or ()):
            yield Found(framework, pieces, (method,), by_verb.get(method, view), patterns=patterns)


def _is_static(rule: Any) -> bool:
    endpoint = str(rule.endpoint)
    return (endpoint == "static" or endpoint.endswith(".static")) and "filename" in rule.arguments


def _is_known(rule: Any, converter: Any) -> bool:
    return any(
        kind is type(converter) and type(converter).__module__.startswith("werkzeug")
        for name, kind in rule.map.converters.items()
        if name in _KNOWN_CONVERTERS
    )
