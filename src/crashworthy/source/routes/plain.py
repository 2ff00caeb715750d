"""Routes of the standard library's http.server, from what the handler compares its path with."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.source.index import Index
from crashworthy.source.routes.route import METHODS, Route, regex_template
from crashworthy.source.symbols import Class, Function

_PATH_NAMES = frozenset({"path", "route", "url"})


class PlainRoutes:
    """Finds `do_GET` and its like."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def find(self) -> list[Route]:
        """All routes of classes that inherit from BaseHTTPRequestHandler."""
        found: list[Route] = []
        for module in self.index.service_modules:
            if "HTTPRequestHandler" not in module.file.text:
                continue
            for class_ in module.classes:
                if self.index.inherits(class_, ".BaseHTTPRequestHandler", ".SimpleHTTPRequestHandler"):
                    found.extend(self._class(class_))
        return found

    def _class(self, class_: Class) -> Iterator[Route]:
        for method in METHODS:
            handler = self.index.class_member(class_, f"do_{method}")
            if isinstance(handler, Function):
                for path in dict.fromkeys(_compared_paths(handler.node)):
                    yield Route(method, path, handler, "unknown", handler.location())


def _compared_paths(handler: ast.AST) -> Iterator[str]:
    for node in ast.walk(handler):
        match node:
            case ast.Compare(left=ast.Attribute(attr=name) | ast.Name(id=name), comparators=[value]) if (
                name in _PATH_NAMES
            ):
                elements = value.elts if isinstance(value, ast.Tuple | ast.List | ast.Set) else [value]
                texts = (element.value for element in elements if isinstance(element, ast.Constant))
                yield from (text for text in texts if isinstance(text, str) and text.startswith("/"))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="match" | "fullmatch"), args=[pattern, *_]):
                if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
                    template, _ = regex_template(pattern.value)
                    if template.startswith("/"):
                        yield template
            case _:
                pass
