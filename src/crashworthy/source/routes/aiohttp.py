"""Routes of aiohttp's server."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from crashworthy.source.index import Index, dotted_name
from crashworthy.source.routes.groups import Group, Groups, argument, decorators_around
from crashworthy.source.routes.route import VERBS, Route, brace_template, join
from crashworthy.source.strings import constant_text
from crashworthy.source.symbols import Class, Function, Scope, Variable

CONSTRUCTORS = frozenset({("aiohttp", "Application"), ("aiohttp", "RouteTableDef")})
_ADDS = {f"add_{verb}": verb for verb in VERBS} | {"add_view": "view", "add_route": "route"}
_MAKES = frozenset({*VERBS, "view", "route"})


class AiohttpRoutes:
    """Finds them."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.groups = Groups(index, CONSTRUCTORS)

    def find(self) -> list[Route]:
        """All routes, with the prefixes of sub-applications."""
        if not any(True for _ in self.groups):
            return []
        routes: dict[int, list[Route]] = {}
        for module in self.index.service_modules:
            for scope in module.scopes:
                for call in scope.calls:
                    if isinstance(call.func, ast.Attribute):
                        self._call(call, call.func, scope, routes)
                if isinstance(scope, Function | Class):
                    self._decorated(scope, routes)
        roots = [group for group in self.groups if group.constructor == "Application" and not group.has_parent]
        roots += [group for group in self.groups if group not in roots and not group.has_parent]
        return [route for root in roots for route in self._walk(root, "", routes, 0)]

    def _walk(self, group: Group, prefix: str, routes: dict[int, list[Route]], depth: int) -> Iterator[Route]:
        if depth > 10:
            return
        for route in routes.get(id(group), ()):
            yield replace(route, path=join(prefix, route.path))
        for child, child_prefix, _, _ in group.children:
            yield from self._walk(child, join(prefix, child_prefix) if child_prefix else prefix, routes, depth + 1)

    def _call(self, call: ast.Call, function: ast.Attribute, scope: Scope, routes: dict[int, list[Route]]) -> None:
        holder = function.value
        if isinstance(holder, ast.Attribute) and holder.attr == "router":
            holder = holder.value
        if function.attr == "add_subapp" and len(call.args) >= 2:
            prefix = constant_text(self.index, call.args[0], scope) or ""
            self.groups.attach(holder, call.args[1], prefix, call, scope)
        elif function.attr in {"add_routes", "extend"} and call.args:
            for group in self.groups.of(holder, scope):
                self._listed(group, call.args[0], scope, call, routes)
        elif function.attr in _ADDS:
            for group in self.groups.of(holder, scope):
                self._put(group, _ADDS[function.attr], call, scope, routes)

    def _listed(
        self, group: Group, listed: ast.expr, scope: Scope, call: ast.Call, routes: dict[int, list[Route]]
    ) -> None:
        if isinstance(listed, ast.Name | ast.Attribute):
            tables = self.groups.of(listed, scope)
            for table in tables:
                if table is not group:
                    table.has_parent = True
                    group.children.append((table, "", call, scope))
            if tables:
                return
            symbol = self.index.resolve(listed, scope)
            if isinstance(symbol, Variable) and symbol.values:
                self._listed(group, symbol.values[-1], symbol.scope, call, routes)
        elif isinstance(listed, ast.List | ast.Tuple):
            for element in listed.elts:
                if isinstance(element, ast.Call):
                    verb = (dotted_name(element.func) or "").rpartition(".")[2]
                    if verb in _MAKES:
                        self._put(group, verb, element, scope, routes)

    def _put(self, group: Group, verb: str, call: ast.Call, scope: Scope, routes: dict[int, list[Route]]) -> None:
        arguments = list(call.args)
        methods = [VERBS[verb]] if verb in VERBS else ["GET"]
        if verb == "route" and arguments:
            method = constant_text(self.index, arguments.pop(0), scope) or "GET"
            methods = [method] if method != "*" else ["GET", "POST"]
        path = argument(call, "path") or (arguments[0] if arguments else None)
        handler = argument(call, "handler") or (arguments[1] if len(arguments) > 1 else None)
        text = constant_text(self.index, path, scope)
        if text is not None and handler is not None:
            symbol = self.index.origin(self.index.resolve(handler, scope))
            self._add(group, methods, text, symbol, verb == "view", routes)

    def _decorated(self, symbol: Function | Class, routes: dict[int, list[Route]]) -> None:
        scope = symbol.parent or symbol
        for decorator in symbol.node.decorator_list:
            if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
                continue
            verb = decorator.func.attr
            if verb not in _MAKES:
                continue
            for group in self.groups.of(decorator.func.value, scope):
                path = constant_text(self.index, argument(decorator, "path", 1 if verb == "route" else 0), scope)
                if path is not None:
                    methods = [VERBS[verb]] if verb in VERBS else ["GET"]
                    self._add(group, methods, path, symbol, verb == "view", routes)

    def _add(
        self,
        group: Group,
        methods: list[str],
        path: str,
        symbol: object,
        is_view: bool,
        routes: dict[int, list[Route]],
    ) -> None:
        template, schemas = brace_template(path)
        handlers: list[tuple[str, Function]] = []
        if isinstance(symbol, Class) and is_view:
            for verb, method in VERBS.items():
                member = self.index.class_member(symbol, verb)
                if isinstance(member, Function):
                    handlers.append((method, member))
        elif isinstance(symbol, Function):
            handlers = [(method.upper(), symbol) for method in methods]
        for method, handler in handlers:
            wrappers = decorators_around(self.index, handler)
            routes.setdefault(id(group), []).append(
                Route(method, template, handler, "aiohttp", handler.location(), schemas, wrappers)
            )
