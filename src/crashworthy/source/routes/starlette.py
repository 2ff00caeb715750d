"""Routes of Starlette and Litestar: lists of routes, mounts, and handlers that carry their own path."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from crashworthy.source.index import Index, dotted_name
from crashworthy.source.routes.groups import argument, decorators_around, texts
from crashworthy.source.routes.route import VERBS, Route, brace_template, join
from crashworthy.source.schema_types import Schema
from crashworthy.source.strings import constant_text
from crashworthy.source.symbols import Class, External, Function, Scope, Variable

_MAX_DEPTH = 10


class StarletteRoutes:
    """Finds `Starlette(routes=[...])`, `FastAPI(routes=...)` and `Router(routes=[...])`."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def find(self) -> list[Route]:
        """All routes of application objects, mounts followed, and those of `@app.route`."""
        found: list[Route] = []
        for module in self.index.service_modules:
            if "starlette" not in module.file.text:
                continue
            for scope in module.scopes:
                for call in scope.calls:
                    if self._is(call, scope, "Starlette") or self._is(call, scope, "FastAPI"):
                        found.extend(self._routes(argument(call, "routes", 1), scope, "", 0))
                    elif self._adds_route(call, scope):
                        found.extend(self._route(call, scope, ""))
        return found

    def _adds_route(self, call: ast.Call, scope: Scope) -> bool:
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "add_route":
            return False
        symbol = self.index.origin(self.index.resolve(call.func.value, scope))
        made = self.index.instance_of(symbol)
        return isinstance(made, External) and made.dotted.startswith("starlette.")

    def _is(self, call: ast.Call, scope: Scope, name: str) -> bool:
        if (dotted_name(call.func) or "").rpartition(".")[2] != name:
            return False
        symbol = self.index.resolve(call.func, scope)
        return isinstance(symbol, External) and symbol.dotted.partition(".")[0] in {"starlette", "fastapi"}

    def _routes(self, expression: ast.expr | None, scope: Scope, prefix: str, depth: int) -> Iterator[Route]:
        if expression is None or depth > _MAX_DEPTH:
            return
        if isinstance(expression, ast.Name | ast.Attribute):
            symbol = self.index.origin(self.index.resolve(expression, scope))
            if isinstance(symbol, Variable):
                for value in symbol.values:
                    yield from self._routes(value, symbol.scope, prefix, depth + 1)
        elif isinstance(expression, ast.List | ast.Tuple):
            for element in expression.elts:
                inner = element.value if isinstance(element, ast.Starred) else element
                yield from self._routes(inner, scope, prefix, depth + 1)
        elif isinstance(expression, ast.BinOp):
            yield from self._routes(expression.left, scope, prefix, depth + 1)
            yield from self._routes(expression.right, scope, prefix, depth + 1)
        elif isinstance(expression, ast.Call):
            name = (dotted_name(expression.func) or "").rpartition(".")[2]
            if name == "Route":
                yield from self._route(expression, scope, prefix)
            elif name in {"Mount", "Host", "Router", "Starlette"}:
                path = self._text(argument(expression, "path", 0), scope) if name == "Mount" else ""
                inner_app = argument(expression, "app", 1) if name in {"Mount", "Host"} else None
                routes = argument(expression, "routes", 0 if name == "Router" else 2) or inner_app
                yield from self._routes(routes, scope, join(prefix, path or "") if path else prefix, depth + 1)

    def _text(self, expression: ast.expr | None, scope: Scope) -> str | None:
        return None if expression is None else constant_text(self.index, expression, scope)

    def _route(self, call: ast.Call, scope: Scope, prefix: str) -> Iterator[Route]:
        path = self._text(argument(call, "path", 0), scope)
        endpoint = argument(call, "endpoint", 1) or argument(call, "route", 1)
        if path is None or endpoint is None:
            return
        template, schemas = brace_template(join(prefix, path))
        symbol = self.index.origin(self.index.resolve(endpoint, scope))
        methods = texts(self.index, argument(call, "methods"), scope)
        if isinstance(symbol, Class):
            for verb, method in VERBS.items():
                handler = self.index.class_member(symbol, verb)
                if isinstance(handler, Function):
                    yield self._made(method, template, handler, "starlette", schemas)
        elif isinstance(symbol, Function):
            for method in methods or ["GET"]:
                yield self._made(method.upper(), template, symbol, "starlette", schemas)

    def _made(self, method: str, path: str, handler: Function, framework: str, schemas: dict[str, Schema]) -> Route:
        wrappers = decorators_around(self.index, handler)
        return Route(method, path, handler, framework, handler.location(), schemas, wrappers)


class LitestarRoutes:
    """Finds handlers decorated with `@get("/x")` and controllers, as far as an application lists them."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def find(self) -> list[Route]:
        """All routes of `Litestar(route_handlers=[...])`."""
        found: list[Route] = []
        for module in self.index.service_modules:
            if "Litestar" not in module.file.text:
                continue
            for scope in module.scopes:
                for call in scope.calls:
                    symbol = self.index.resolve(call.func, scope)
                    if isinstance(symbol, External) and symbol.dotted in {"litestar.Litestar", "litestar.app.Litestar"}:
                        found.extend(self._handlers(argument(call, "route_handlers", 0), scope, "", 0))
        return found

    def _handlers(self, expression: ast.expr | None, scope: Scope, prefix: str, depth: int) -> Iterator[Route]:
        if expression is None or depth > _MAX_DEPTH:
            return
        if isinstance(expression, ast.List | ast.Tuple):
            for element in expression.elts:
                yield from self._handlers(element, scope, prefix, depth + 1)
            return
        if isinstance(expression, ast.Call) and (dotted_name(expression.func) or "").endswith("Router"):
            path = constant_text(self.index, argument(expression, "path"), scope) or ""
            yield from self._handlers(argument(expression, "route_handlers"), scope, join(prefix, path), depth + 1)
            return
        symbol = self.index.origin(self.index.resolve(expression, scope))
        if isinstance(symbol, Variable):
            for value in symbol.values:
                yield from self._handlers(value, symbol.scope, prefix, depth + 1)
        elif isinstance(symbol, Class):
            path_variable = symbol.attributes.get("path")
            values = path_variable.values if path_variable is not None else []
            path = constant_text(self.index, values[-1], symbol) or "" if values else ""
            for binding in symbol.names.values():
                if isinstance(binding, Function):
                    yield from self._handler(binding, join(prefix, path) if path else prefix)
        elif isinstance(symbol, Function):
            yield from self._handler(symbol, prefix)

    def _handler(self, function: Function, prefix: str) -> Iterator[Route]:
        scope = function.parent or function
        for decorator in function.node.decorator_list:
            if not isinstance(decorator, ast.Call):
                continue
            symbol = self.index.resolve(decorator.func, scope)
            name = symbol.dotted.rpartition(".")[2] if isinstance(symbol, External) else ""
            if name not in VERBS and name != "route":
                continue
            given = argument(decorator, "path", 0)
            paths = texts(self.index, given, scope) or [constant_text(self.index, given, scope) or "" if given else ""]
            methods = texts(self.index, argument(decorator, "http_method"), scope) or ["GET"]
            for path in paths:
                template, schemas = brace_template(join(prefix, path) if path not in {"", "/"} else join(prefix))
                for method in [VERBS[name]] if name in VERBS else methods:
                    wrappers = decorators_around(self.index, function)
                    yield Route(method.upper(), template, function, "litestar", function.location(), schemas, wrappers)
