"""Routes of Flask and Quart, class-based views and Flask-RESTful resources included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from crashworthy.source.index import Index
from crashworthy.source.routes.groups import Group, Groups, argument, decorators_around, texts
from crashworthy.source.routes.route import VERBS, Route, angle_template, join
from crashworthy.source.symbols import Class, Function, Scope

CONSTRUCTORS = frozenset(
    {
        ("flask", "Flask"),
        ("flask", "Blueprint"),
        ("quart", "Quart"),
        ("quart", "Blueprint"),
        ("flask_openapi3", "OpenAPI"),
        ("flask_openapi3", "APIBlueprint"),
        ("apiflask", "APIFlask"),
        ("apiflask", "APIBlueprint"),
        ("flask_smorest", "Api"),
        ("flask_smorest", "Blueprint"),
        ("flask_restful", "Api"),
        ("flask_restx", "Api"),
        ("flask_restx", "Namespace"),
    }
)
_APPLICATIONS = frozenset({"Flask", "Quart", "OpenAPI", "APIFlask"})
_ROUTE_DECORATORS = frozenset({"route", *VERBS})
_REGISTER = frozenset({"register_blueprint", "register_api", "add_namespace", "init_app"})
_HOOKS = frozenset({"before_request", "before_app_request", "before_first_request"})


class FlaskRoutes:
    """Finds them."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.groups = Groups(index, CONSTRUCTORS)
        self._routes: dict[int, list[Route]] = {}
        self._hooks: dict[int, list[Function]] = {}

    def find(self) -> list[Route]:
        """All routes, with the prefixes of the blueprints they are on."""
        if not any(True for _ in self.groups):
            return []
        for module in self.index.service_modules:
            for scope in module.scopes:
                for call in scope.calls:
                    if isinstance(call.func, ast.Attribute):
                        self._call(call, call.func, scope)
        for module in self.index.service_modules:
            for symbol in module.scopes:
                if isinstance(symbol, Function | Class):
                    self._decorated(symbol)
        for group in self.groups:
            self._attach_api(group)
        roots = [group for group in self.groups if group.constructor in _APPLICATIONS]
        if not roots or self.groups.unresolved:
            roots += [group for group in self.groups if group not in roots and not group.has_parent]
        everywhere = tuple(hook for hooks in self._hooks.values() for hook in hooks if self._is_global(hook))
        return [route for root in roots for route in self._walk(root, None, "", everywhere, 0)]

    def _attach_api(self, group: Group) -> None:
        """`Api(app)` and `Api(blueprint)` put themselves on their first argument."""
        first = argument(group.call, "app", 0)
        if group.constructor == "Api" and first is not None:
            self.groups.attach(first, ast.Name(group.variable.name, ast.Load()), "", group.call, group.variable.scope)

    def _is_global(self, hook: Function) -> bool:
        return any("before_app_request" in ast.unparse(decorator) for decorator in hook.node.decorator_list)

    def _walk(
        self, group: Group, prefix: str | None, parent: str, inherited: tuple[Function, ...], depth: int
    ) -> Iterator[Route]:
        if depth > 10:
            return
        scope = group.variable.scope
        own = self.groups.text(group.call, "url_prefix", scope) or self.groups.text(group.call, "prefix", scope)
        here = join(parent, prefix if prefix else own or "")
        around = tuple(dict.fromkeys((*inherited, *self._hooks.get(id(group), ()))))
        for route in self._routes.get(id(group), ()):
            template, schemas = angle_template(join("" if here == "/" else here, route.path))
            yield replace(route, path=template, path_schemas=schemas, wrappers=(*around, *route.wrappers))
        for child, child_prefix, _, _ in group.children:
            yield from self._walk(child, child_prefix, "" if here == "/" else here, around, depth + 1)

    def _call(self, call: ast.Call, function: ast.Attribute, scope: Scope) -> None:
        match function.attr:
            case name if name in _REGISTER and name != "init_app":
                child = argument(call, "blueprint", 0) or argument(call, "ns", 0)
                if child is None or not self.groups.of(function.value, scope):
                    return
                prefix = self.groups.text(call, "url_prefix", scope) or self.groups.text(call, "path", scope, 1) or ""
                self.groups.attach(function.value, child, prefix, call, scope)
            case "init_app" if call.args and self.groups.of(call.args[0], scope):
                for group in self.groups.of(function.value, scope):
                    if group.constructor == "Api" and not group.has_parent:
                        self.groups.attach(call.args[0], function.value, "", call, scope)
            case "add_url_rule":
                view = argument(call, "view_func", 2)
                if view is not None:
                    self._view(call, [argument(call, "rule", 0)], view, scope, function)
            case "add_resource":
                self._view(call, list(call.args[1:]), call.args[0], scope, function) if call.args else None
            case name if name in _HOOKS and call.args:
                hook = self.index.origin(self.index.resolve(call.args[0], scope))
                if isinstance(hook, Function):
                    for group in self.groups.of(function.value, scope):
                        self._hooks.setdefault(id(group), []).append(hook)

    def _view(
        self, call: ast.Call, rules: list[ast.expr | None], view: ast.expr, scope: Scope, function: ast.Attribute
    ) -> None:
        if isinstance(view, ast.Call) and isinstance(view.func, ast.Attribute) and view.func.attr == "as_view":
            view = view.func.value
        symbol = self.index.origin(self.index.resolve(view, scope))
        for group in self.groups.of(function.value, scope):
            for rule in rules:
                path = self.groups.text(ast.Call(call.func, [rule], []), "rule", scope, 0) if rule is not None else None
                if path is None:
                    continue
                methods = texts(self.index, argument(call, "methods"), scope)
                if isinstance(symbol, Function):
                    self._put(group, path, methods or ["GET"], symbol)
                elif isinstance(symbol, Class):
                    self._put_class(group, path, methods, symbol)

    def _decorated(self, symbol: Function | Class) -> None:
        scope = symbol.parent or symbol
        for decorator in symbol.node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            target = call.func if call is not None else decorator
            if not isinstance(target, ast.Attribute):
                continue
            if target.attr in _HOOKS and isinstance(symbol, Function):
                for group in self.groups.of(target.value, scope):
                    self._hooks.setdefault(id(group), []).append(symbol)
            elif target.attr in _ROUTE_DECORATORS and call is not None:
                path = self.groups.text(call, "rule", scope, 0)
                if path is None:
                    continue
                methods = texts(self.index, argument(call, "methods"), scope)
                for group in self.groups.of(target.value, scope):
                    if isinstance(symbol, Class):
                        self._put_class(group, path, methods, symbol)
                    else:
                        verbs = [VERBS[target.attr]] if target.attr in VERBS else methods or ["GET"]
                        self._put(group, path, verbs, symbol)

    def _put(self, group: Group, path: str, methods: list[str], handler: Function) -> None:
        package = self.index.resolve(group.call.func, group.variable.scope)
        framework = "quart" if "quart" in str(getattr(package, "dotted", "")) else "flask"
        wrappers = decorators_around(self.index, handler)
        for method in methods:
            self._routes.setdefault(id(group), []).append(
                Route(method.upper(), path, handler, framework, handler.location(), {}, wrappers)
            )

    def _put_class(self, group: Group, path: str, methods: list[str], class_: Class) -> None:
        for verb, method in VERBS.items():
            handler = self.index.class_member(class_, verb)
            if isinstance(handler, Function) and (not methods or method in methods):
                self._put(group, path, [method], handler)
        dispatch = self.index.class_member(class_, "dispatch_request")
        if isinstance(dispatch, Function):
            self._put(group, path, methods or ["GET"], dispatch)
