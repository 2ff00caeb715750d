"""Exceptions that an application handles wherever they come from."""

from __future__ import annotations

import ast

from crashworthy.source.index import Index, dotted_name

# Handlers for these answer 5xx themselves, or never see what a handler raises by mistake.
_NO_HELP = frozenset({"Exception", "BaseException", "HTTPException", "InternalServerError", "StarletteHTTPException"})


def handled_everywhere(index: Index) -> frozenset[str]:
    """Bare names of exceptions with an `errorhandler` (Flask, Quart) or `exception_handler` (FastAPI, Ninja)."""
    found: set[str] = set()
    for module in index.service_modules:
        if "error_handler" not in module.file.text and "errorhandler" not in module.file.text:
            if "exception_handler" not in module.file.text:
                continue
        for node in ast.walk(module.node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                if node.func.attr in {
                    "errorhandler",
                    "app_errorhandler",
                    "register_error_handler",
                    "exception_handler",
                    "add_exception_handler",
                }:
                    found.add((dotted_name(node.args[0]) or "").rpartition(".")[2])
    return frozenset(found - _NO_HELP - {""})
