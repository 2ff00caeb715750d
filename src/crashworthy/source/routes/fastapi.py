"""Routes of FastAPI and, since they are written alike, Django Ninja and Starlette's decorators."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from crashworthy.source.index import Index, dotted_name
from crashworthy.source.routes.groups import Group, Groups, argument, decorators_around, texts
from crashworthy.source.routes.route import VERBS, Route, brace_template, join
from crashworthy.source.symbols import Class, Function, Parameter, Scope, Variable

CONSTRUCTORS = frozenset({("fastapi", "FastAPI"), ("fastapi", "APIRouter"), ("ninja", "NinjaAPI"), ("ninja", "Router")})
_APPLICATIONS = frozenset({"FastAPI", "NinjaAPI"})
_INCLUDES = frozenset({"include_router", "add_router", "mount"})
_ADDS = frozenset({"add_api_route", "add_route", "add_api_operation"})


class FastApiRoutes:
    """Finds them. `prefixes` gives where a Ninja API is mounted by Django's urls."""

    def __init__(self, index: Index, prefixes: dict[int, str] | None = None) -> None:
        self.index = index
        self.prefixes = prefixes or {}
        self.groups = Groups(index, CONSTRUCTORS)
        self._routes: dict[int, list[Route]] = {}
        self._middleware: dict[int, list[Function]] = {}

    def find(self) -> list[Route]:
        """All routes, with the prefixes of the routers they are on."""
        if not any(True for _ in self.groups):
            return []
        self._collect_calls()
        self._collect_decorated()
        found: list[Route] = []
        roots = [group for group in self.groups if group.constructor in _APPLICATIONS and not group.has_parent]
        if not roots or self.groups.unresolved:
            roots += [group for group in self.groups if group not in roots and not group.has_parent]
        for root in roots:
            prefix = self.prefixes.get(id(root.variable), "")
            found.extend(self._walk(root, prefix, (), (), 0))
        return found

    def _walk(
        self,
        group: Group,
        prefix: str,
        inherited: tuple[Function, ...],
        around: tuple[Function, ...],
        depth: int,
    ) -> Iterator[Route]:
        if depth > 10:
            return
        scope = group.variable.scope
        here = join(prefix, self.groups.text(group.call, "prefix", scope) or "")
        needed = (*inherited, *self._declared(group.call, scope))
        for route in self._routes.get(id(group), ()):
            yield replace(
                route,
                path=join(here, route.path) if here != "/" else join(route.path),
                dependencies=(*needed, *route.dependencies),
                wrappers=(*around, *self._middleware.get(id(group), ()), *route.wrappers),
            )
        for child, child_prefix, call, call_scope in group.children:
            below = join(here, child_prefix) if child_prefix else here
            yield from self._walk(
                child,
                "" if below == "/" else below,
                (*needed, *self._declared(call, call_scope)),
                (*around, *self._middleware.get(id(group), ())),
                depth + 1,
            )

    def _declared(self, call: ast.Call, scope: Scope) -> tuple[Function, ...]:
        return (
            *dependencies(self.index, argument(call, "dependencies"), scope),
            *dependencies(self.index, argument(call, "auth"), scope),
        )

    def _collect_calls(self) -> None:
        for module in self.index.service_modules:
            for scope in module.scopes:
                for call in scope.calls:
                    if isinstance(call.func, ast.Attribute):
                        self._call(call, call.func, scope)

    def _call(self, call: ast.Call, function: ast.Attribute, scope: Scope) -> None:
        if function.attr in _INCLUDES:
            prefix = self.groups.text(call, "prefix", scope) or ""
            child = argument(call, "router", 0)
            if function.attr in {"mount", "add_router"}:
                prefix = self.groups.text(call, "path", scope, 0) or self.groups.text(call, "prefix", scope, 0) or ""
                child = argument(call, "app", 1) if function.attr == "mount" else argument(call, "router", 1)
            if child is None or not self.groups.of(function.value, scope):
                return
            if function.attr == "mount" and not self.groups.of(child, scope):
                return  # static files and other applications
            self.groups.attach(function.value, child, prefix, call, scope)
        elif function.attr in _ADDS:
            for group in self.groups.of(function.value, scope):
                handler = self.index.origin(self.index.resolve(argument(call, "endpoint", 1) or call.func, scope))
                methods = texts(self.index, argument(call, "methods"), scope) or ["GET"]
                if isinstance(handler, Function):
                    self._put(group, call, methods, handler, scope)

    def _collect_decorated(self) -> None:
        for function in self.index.functions.values():
            scope = function.parent or function
            for decorator in function.node.decorator_list:
                if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
                    continue
                verb = decorator.func.attr
                if verb not in VERBS and verb not in {"api_route", "route", "middleware", "api_operation"}:
                    continue
                for group in self.groups.of(decorator.func.value, scope):
                    if verb == "middleware":
                        self._middleware.setdefault(id(group), []).append(function)
                        continue
                    methods = (
                        [VERBS[verb]] if verb in VERBS else texts(self.index, argument(decorator, "methods"), scope)
                    )
                    self._put(group, decorator, methods or ["GET"], function, scope)

    def _put(self, group: Group, call: ast.Call, methods: list[str], handler: Function, scope: Scope) -> None:
        is_operation = isinstance(call.func, ast.Attribute) and call.func.attr == "api_operation"
        path = self.groups.text(call, "path", scope, 1 if is_operation else 0)
        if path is None:
            return
        template, schemas = brace_template(path)
        around = decorators_around(self.index, handler)
        needed = (*self._declared(call, scope), *signature_dependencies(self.index, handler))
        framework = "django" if group.constructor in {"NinjaAPI", "Router"} else "fastapi"
        for method in methods:
            self._routes.setdefault(id(group), []).append(
                Route(method.upper(), template, handler, framework, handler.location(), schemas, around, needed)
            )


def signature_dependencies(index: Index, function: Function, depth: int = 8) -> tuple[Function, ...]:
    """Functions that run before `function` because its parameters depend on them, innermost first."""
    found: list[Function] = []
    scope = function.parent or function
    for parameter in function.parameters.values():
        for expression in (parameter.annotation, parameter.default):
            for dependency in dependencies(index, expression, scope):
                if depth > 0 and dependency is not function:
                    found.extend(signature_dependencies(index, dependency, depth - 1))
                found.append(dependency)
    return tuple(dict.fromkeys(found))


def dependencies(index: Index, expression: ast.expr | None, scope: Scope, depth: int = 6) -> tuple[Function, ...]:
    """Functions named by `Depends(...)` or `Security(...)` within an expression or the variable it names."""
    if expression is None or depth <= 0:
        return ()
    if isinstance(expression, ast.Name | ast.Attribute):
        symbol = index.resolve(expression, scope)
        if isinstance(symbol, Variable) and symbol.values:
            return dependencies(index, symbol.values[-1], symbol.scope, depth - 1)
        return ()
    found: list[Function] = []
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and isinstance(expression, ast.List | ast.Tuple | ast.BinOp):
            found.extend(dependencies(index, node, scope, depth - 1))
        if not isinstance(node, ast.Call) or (dotted_name(node.func) or "").rpartition(".")[2] not in {
            "Depends",
            "Security",
        }:
            continue
        target = argument(node, "dependency", 0)
        if target is not None:
            found.extend(_dependency(index, target, scope))
    return tuple(dict.fromkeys(found))


def _dependency(index: Index, target: ast.expr, scope: Scope) -> list[Function]:
    is_instance = isinstance(target, ast.Call)
    symbol = index.origin(index.resolve(target.func if isinstance(target, ast.Call) else target, scope))
    if isinstance(symbol, Function):  # Depends(require_role("admin")) means the function that the call returns
        return list(symbol.nested()) if is_instance else [symbol]
    if isinstance(symbol, Variable | Parameter):
        symbol, is_instance = index.instance_of(symbol), True
    if isinstance(symbol, Class):
        member = index.class_member(symbol, "__call__" if is_instance else "__init__")
        return [member] if isinstance(member, Function) else []
    return []
