"""Routes of Django and Django REST framework, from the URL configuration."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from crashworthy.source.index import Index, Symbol, dotted_name
from crashworthy.source.routes.groups import argument, decorators_around, texts
from crashworthy.source.routes.route import VERBS, Route, angle_template, regex_template
from crashworthy.source.schema_types import Schema
from crashworthy.source.strings import constant_text
from crashworthy.source.symbols import Class, External, Function, Module, Scope, Variable

_MAX_DEPTH = 12
_FIXED = {"require_GET": ["GET"], "require_POST": ["POST"], "require_safe": ["GET"]}
# Generic views and what Django REST framework's view sets do for which method; True for those below an id.
_GENERIC = {
    ".ListAPIView": ["GET"],
    ".RetrieveAPIView": ["GET"],
    ".CreateAPIView": ["POST"],
    ".DestroyAPIView": ["DELETE"],
    ".UpdateAPIView": ["PUT", "PATCH"],
    ".ListCreateAPIView": ["GET", "POST"],
    ".RetrieveUpdateAPIView": ["GET", "PUT", "PATCH"],
    ".RetrieveDestroyAPIView": ["GET", "DELETE"],
    ".RetrieveUpdateDestroyAPIView": ["GET", "PUT", "PATCH", "DELETE"],
    ".ListView": ["GET"],
    ".DetailView": ["GET"],
    ".TemplateView": ["GET"],
    ".CreateView": ["GET", "POST"],
    ".UpdateView": ["GET", "POST"],
    ".FormView": ["GET", "POST"],
    ".DeleteView": ["GET", "POST"],
}
_ACTIONS = (
    ("list", "GET", False, (".ModelViewSet", ".ReadOnlyModelViewSet", ".ListModelMixin")),
    ("create", "POST", False, (".ModelViewSet", ".CreateModelMixin")),
    ("retrieve", "GET", True, (".ModelViewSet", ".ReadOnlyModelViewSet", ".RetrieveModelMixin")),
    ("update", "PUT", True, (".ModelViewSet", ".UpdateModelMixin")),
    ("partial_update", "PATCH", True, (".ModelViewSet", ".UpdateModelMixin")),
    ("destroy", "DELETE", True, (".ModelViewSet", ".DestroyModelMixin")),
)


@dataclass(frozen=True)
class _Below:
    """A prefix of the URL configuration, with the schemas of its parameters."""

    path: str
    schemas: dict[str, Schema]


class DjangoRoutes:
    """Finds them. After `find`, `ninja` maps variables of Ninja APIs (by id()) to where they are mounted."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.ninja: dict[int, str] = {}

    def find(self) -> list[Route]:
        """All routes below the root configurations."""
        found: list[Route] = []
        for module in self._roots():
            found.extend(self._patterns_of(module, _Below("/", {}), 0))
        return found

    def _roots(self) -> list[Module]:
        named: list[Module] = []
        for module in self.index.service_modules:
            setting = module.names.get("ROOT_URLCONF")
            if isinstance(setting, Variable) and setting.values:
                dotted = constant_text(self.index, setting.values[-1], module)
                target = self.index.finder.find(dotted, module.file.path) if dotted else None
                if target is not None and target not in named:
                    named.append(target)
        if named:
            return named
        candidates = [
            module
            for module in self.index.service_modules
            if isinstance(module.names.get("urlpatterns"), Variable) and "django" in module.file.text
        ]
        included = {
            id(target)
            for module in candidates
            for call in module.calls
            if (dotted_name(call.func) or "").endswith("include") and call.args
            if (target := self._included_module(call.args[0], module)) is not None
        }
        return [module for module in candidates if id(module) not in included]

    def _included_module(self, expression: ast.expr, module: Module) -> Module | None:
        dotted = constant_text(self.index, expression, module)
        if dotted:
            return self.index.finder.find(dotted, module.file.path)
        symbol = self.index.resolve(expression, module)
        return symbol if isinstance(symbol, Module) else None

    def _patterns_of(self, module: Module, below: _Below, depth: int) -> Iterator[Route]:
        variable = module.names.get("urlpatterns")
        if isinstance(variable, Variable):
            for value in variable.values:
                yield from self._patterns(value, module, below, depth)
        for node in ast.walk(module.node):
            if isinstance(node, ast.AugAssign) and dotted_name(node.target) == "urlpatterns":
                yield from self._patterns(node.value, module, below, depth)

    def _patterns(self, expression: ast.expr, scope: Scope, below: _Below, depth: int) -> Iterator[Route]:
        if depth > _MAX_DEPTH:
            return
        match expression:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                for element in elements:
                    yield from self._patterns(element, scope, below, depth + 1)
            case ast.Starred(value=inner):
                yield from self._patterns(inner, scope, below, depth + 1)
            case ast.BinOp(left=left, right=right):
                yield from self._patterns(left, scope, below, depth + 1)
                yield from self._patterns(right, scope, below, depth + 1)
            case ast.Name():
                symbol = self.index.resolve(expression, scope)
                if isinstance(symbol, Variable):
                    for value in symbol.values:
                        yield from self._patterns(value, symbol.scope, below, depth + 1)
            case ast.Attribute(value=holder, attr="urls"):
                yield from self._router(holder, scope, below)
            case ast.Call(func=function):
                name = (dotted_name(function) or "").rpartition(".")[2]
                if name in {"path", "re_path", "url"}:
                    yield from self._path(expression, name, scope, below, depth)
                elif name in {"format_suffix_patterns", "i18n_patterns", "csrf_exempt"} and expression.args:
                    for inner in expression.args:
                        yield from self._patterns(inner, scope, below, depth + 1)
            case _:
                return

    def _path(self, call: ast.Call, name: str, scope: Scope, below: _Below, depth: int) -> Iterator[Route]:
        text = constant_text(self.index, argument(call, "route", 0), scope)
        view = argument(call, "view", 1)
        if text is None or view is None:
            return
        template, schemas = angle_template(text) if name == "path" else regex_template(text)
        here = _Below(below.path + template, below.schemas | schemas)
        while isinstance(view, ast.Call) and (dotted_name(view.func) or "").endswith(("csrf_exempt", "never_cache")):
            view = view.args[0] if view.args else view.func
        if isinstance(view, ast.Call) and (dotted_name(view.func) or "").endswith("include") and view.args:
            yield from self._include(view.args[0], scope, here, depth)
        elif isinstance(view, ast.Attribute) and view.attr == "urls":
            yield from self._router(view.value, scope, here)
        else:
            yield from self._view(view, scope, here)

    def _include(self, target: ast.expr, scope: Scope, here: _Below, depth: int) -> Iterator[Route]:
        if isinstance(target, ast.Tuple) and target.elts:
            target = target.elts[0]
        module = self._included_module(target, scope.module)
        if module is not None:
            yield from self._patterns_of(module, here, depth + 1)
        else:
            yield from self._patterns(target, scope, here, depth + 1)

    def _view(self, view: ast.expr, scope: Scope, here: _Below) -> Iterator[Route]:
        actions: dict[str, str] = {}
        if isinstance(view, ast.Call) and isinstance(view.func, ast.Attribute) and view.func.attr == "as_view":
            if view.args and isinstance(view.args[0], ast.Dict):
                for key, value in zip(view.args[0].keys, view.args[0].values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                        actions[str(key.value)] = str(value.value)
            view = view.func.value
        elif isinstance(view, ast.Call) and view.args:  # login_required(view), ensure_csrf_cookie(view)
            view = view.args[0]
        symbol = self.index.origin(self.index.resolve(view, scope))
        if isinstance(symbol, Function):
            for method in self._methods(symbol):
                yield self._made(method, here, symbol)
        elif isinstance(symbol, Class):
            yield from self._class_view(symbol, actions, here)

    def _class_view(self, class_: Class, actions: dict[str, str], here: _Below) -> Iterator[Route]:
        done: set[str] = set()
        for verb, method in VERBS.items():
            handler = self.index.class_member(class_, actions.get(verb, verb))
            if isinstance(handler, Function):
                done.add(method)
                yield self._made(method, here, handler)
        for base, methods in _GENERIC.items():
            for method in methods:
                if method not in done and self.index.inherits(class_, base):
                    done.add(method)
                    yield Route(method, here.path, None, "django", class_.location(), here.schemas)

    def _router(self, holder: ast.expr, scope: Scope, here: _Below) -> Iterator[Route]:
        """`router.urls` of Django REST framework, or `api.urls` of Ninja."""
        symbol = self.index.origin(self.index.resolve(holder, scope))
        if not isinstance(symbol, Variable):
            return
        made = self.index.instance_of(symbol)
        if isinstance(made, External) and made.dotted.startswith("ninja."):
            self.ninja[id(symbol)] = here.path.rstrip("/")
            return
        for call in symbol.scope.calls:
            match call.func:
                case ast.Attribute(value=value, attr="register") if self.index.resolve(value, symbol.scope) is symbol:
                    yield from self._view_set(call, symbol.scope, here)

    def _view_set(self, call: ast.Call, scope: Scope, here: _Below) -> Iterator[Route]:
        prefix = constant_text(self.index, argument(call, "prefix", 0), scope)
        view_set = argument(call, "viewset", 1)
        class_: Symbol | None = self.index.origin(self.index.resolve(view_set, scope)) if view_set is not None else None
        if prefix is None or not isinstance(class_, Class):
            return
        many = _Below(f"{here.path}{prefix}/", here.schemas)
        one = _Below(f"{many.path}{{id}}/", here.schemas | {"id": {"type": "string", "minLength": 1}})
        for action, method, is_one, bases in _ACTIONS:
            handler = self.index.class_member(class_, action)
            place = one if is_one else many
            if isinstance(handler, Function):
                yield self._made(method, place, handler)
            elif self.index.inherits(class_, *bases):
                yield Route(method, place.path, None, "django", class_.location(), place.schemas)
        for binding in class_.names.values():
            if isinstance(binding, Function):
                yield from self._extra_action(binding, many, one)

    def _extra_action(self, function: Function, many: _Below, one: _Below) -> Iterator[Route]:
        for decorator in function.node.decorator_list:
            if isinstance(decorator, ast.Call) and (dotted_name(decorator.func) or "").endswith("action"):
                detail = argument(decorator, "detail", 1)
                place = one if isinstance(detail, ast.Constant) and detail.value else many
                name = constant_text(self.index, argument(decorator, "url_path"), function) or function.name
                for method in texts(self.index, argument(decorator, "methods", 0), function) or ["GET"]:
                    yield self._made(method.upper(), _Below(f"{place.path}{name}/", place.schemas), function)

    def _made(self, method: str, here: _Below, handler: Function) -> Route:
        wrappers = decorators_around(self.index, handler)
        return Route(method, here.path, handler, "django", handler.location(), here.schemas, wrappers)

    def _methods(self, view: Function) -> list[str]:
        """The methods a function view answers: by its decorators, else by what it compares request.method with."""
        scope = view.parent or view
        for decorator in view.node.decorator_list:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            name = (dotted_name(target) or "").rpartition(".")[2]
            if name in _FIXED:
                return _FIXED[name]
            if name in {"require_http_methods", "api_view"} and isinstance(decorator, ast.Call):
                listed = texts(self.index, argument(decorator, "request_method_list", 0), scope)
                return [method.upper() for method in listed if method.upper() in VERBS.values()] or ["GET"]
            if isinstance(decorator, ast.Call):  # a decorator of the folder's own, such as @endpoint("POST")
                given = [*decorator.args, *(keyword.value for keyword in decorator.keywords)]
                named = [constant_text(self.index, one, scope) or "" for one in given]
                listed = [text for one in given for text in texts(self.index, one, scope)]
                methods = [text for text in [*named, *listed] if text in VERBS.values()]
                if methods:
                    return methods
        return _compared_methods(view.node)


def _compared_methods(view: ast.AST) -> list[str]:
    accepted: list[str] = []
    refused_all_but: list[str] = []
    for node in ast.walk(view):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "method":
            values = [
                element.value
                for comparator in node.comparators
                for element in (
                    comparator.elts if isinstance(comparator, ast.Tuple | ast.List | ast.Set) else [comparator]
                )
                if isinstance(element, ast.Constant) and element.value in VERBS.values()
            ]
            is_refusal = isinstance(node.ops[0], ast.NotEq | ast.NotIn)
            (refused_all_but if is_refusal else accepted).extend(str(value) for value in values)
    if refused_all_but and not accepted:
        return list(dict.fromkeys(refused_all_but))
    if not accepted:
        reads_body = any(
            isinstance(node, ast.Attribute) and node.attr in {"body", "POST", "FILES"} for node in ast.walk(view)
        )
        return ["POST"] if reads_body else ["GET"]
    found = list(dict.fromkeys([*accepted, *refused_all_but]))
    if "GET" not in found and not _ends_by_refusing(view):
        found.insert(0, "GET")
    return found


def _ends_by_refusing(view: ast.AST) -> bool:
    """Whether what is left after all `if request.method == ...` answers 405."""
    body = getattr(view, "body", [])
    last = body[-1] if body else None
    while isinstance(last, ast.If) and last.orelse:
        last = last.orelse[-1]
    if last is None or isinstance(last, ast.If):
        return True
    return "405" in ast.unparse(last) or "NotAllowed" in ast.unparse(last)
