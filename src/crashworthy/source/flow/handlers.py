"""Exceptions that an application handles wherever they come from."""

from __future__ import annotations

import ast

from crashworthy.source.index import Index, dotted_name

_REGISTER = frozenset(
    {"errorhandler", "app_errorhandler", "register_error_handler", "exception_handler", "add_exception_handler"}
)
# Handlers for these answer 5xx themselves, or never see what a handler raises by mistake.
_NO_HELP = frozenset({"Exception", "BaseException", "HTTPException", "InternalServerError", "StarletteHTTPException"})


def handled_everywhere(index: Index) -> frozenset[str]:
    """Bare names of exceptions with an `errorhandler` (Flask, Quart) or `exception_handler` (FastAPI, Ninja)."""
    found: set[str] = set()
    for module in index.service_modules:
        if not any(name in module.file.text for name in _REGISTER):
            continue
        for node in ast.walk(module.node):
            match node:
                case ast.Call(func=ast.Attribute(attr=name), args=[exception, *_]) if name in _REGISTER:
                    found.add((dotted_name(exception) or "").rpartition(".")[2])
                case _:
                    pass
    return frozenset(found - _NO_HELP - {""})
