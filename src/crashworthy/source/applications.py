"""What in a folder can be started: scripts that serve, application objects, factories."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

from crashworthy.source.files import is_beside_the_service
from crashworthy.source.index import Index, Symbol
from crashworthy.source.symbols import External, Function, Module, Parameter, Scope, Variable
from crashworthy.source.tree import Application

_CLASSES = {
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "flask_openapi3.OpenAPI": "flask",
    "apiflask.APIFlask": "flask",
    "connexion.FlaskApp": "flask",
    "quart.Quart": "quart",
    "quart.app.Quart": "quart",
    "litestar.Litestar": "litestar",
    "litestar.app.Litestar": "litestar",
    "aiohttp.web.Application": "aiohttp",
    "sanic.Sanic": "sanic",
    "sanic.app.Sanic": "sanic",
    "bottle.Bottle": "bottle",
    "tornado.web.Application": "tornado",
    "falcon.App": "falcon",
    "falcon.asgi.App": "falcon",
}
# What an application is served by, where that is an object of its own.
_RUNNERS = {"flask_socketio.SocketIO": "flask"}
# Methods that serve. Those of other frameworks' applications are no servers' (Starlette has none).
_RUN = {"flask": {"run"}, "quart": {"run", "run_task"}, "sanic": {"run"}, "bottle": {"run"}, "tornado": {"listen"}}
_MAKERS = {
    "django.core.wsgi.get_wsgi_application": "django",
    "django.core.asgi.get_asgi_application": "django",
}
_SERVERS = frozenset(
    {
        "uvicorn.run",
        "hypercorn.asyncio.serve",
        "waitress.serve",
        "werkzeug.serving.run_simple",
        "aiohttp.web.run_app",
        "aiohttp.web._run_app",
        "wsgiref.simple_server.make_server",
        "bjoern.run",
        "granian.Granian",
        "gevent.pywsgi.WSGIServer",
        "cheroot.wsgi.Server",
        "bottle.run",
        "cherrypy.quickstart",
        "eventlet.wsgi.server",
        "tornado.httpserver.HTTPServer",
        "http.server.HTTPServer",
        "http.server.ThreadingHTTPServer",
        "uvicorn.Server",
    }
)
_KINDS = ("manage", "script", "object", "factory")


class Applications:
    """Finds them."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def find(self) -> tuple[Application, ...]:
        """Manage scripts and scripts that serve first, then objects, then factories; near the root first."""
        found: list[Application] = []
        for module in self.index.service_modules:
            if not is_beside_the_service(module.file.path):
                found.extend(self._of(module))
        factories_used = {application.target for application in found if application.kind == "object"}
        unique = {(each.kind, each.target, each.folder): each for each in found}
        return tuple(
            sorted(
                (
                    application
                    for application in unique.values()
                    if application.target not in factories_used or application.kind != "factory"
                ),
                key=lambda application: (
                    _KINDS.index(application.kind),
                    application.framework == "unknown",
                    application.location.file.count("/"),
                    application.location.file,
                    application.location.line,
                ),
            )
        )

    def _of(self, module: Module) -> list[Application]:
        found: list[Application] = []
        if PurePosixPath(module.file.path).name == "manage.py" and "django" in module.file.text:
            folder = str(PurePosixPath(module.file.path).parent)
            return [Application("django", "manage", module.file.path, folder, module.location())]
        served = self._served(module)
        if served is not None:
            framework, call = served
            found.append(
                Application(framework, "script", module.file.path, self._folder(module), module.location(call))
            )
        for name, binding in module.names.items():
            if isinstance(binding, Variable):
                framework_of = self._framework(binding)
                if framework_of is not None:
                    target = f"{self._dotted(module)}:{name}"
                    found.append(
                        Application(framework_of, "object", target, self._folder(module), module.location(binding.node))
                    )
            elif isinstance(binding, Function) and not binding.name.startswith("_"):
                framework_of = self._made_by(binding)
                if framework_of is not None and self._is_callable_bare(binding):
                    target = f"{self._dotted(module)}:{name}"
                    found.append(Application(framework_of, "factory", target, self._folder(module), binding.location()))
        return found

    def _is_callable_bare(self, function: Function) -> bool:
        return all(
            parameter.default is not None for parameter in function.parameters.values()
        ) and "fixture" not in "".join(ast.unparse(decorator) for decorator in function.node.decorator_list)

    def service_paths(self, applications: tuple[Application, ...]) -> frozenset[str]:
        """Files that are part of what can be started: the applications' own and what they import.

        All files when nothing can be started, since then nothing tells scripts from service.
        """
        starts = [application.location.file for application in applications]
        return self.index.finder.imported_from(starts) if starts else frozenset(self.index.modules)

    # Frameworks

    def _framework(self, symbol: Symbol | None, depth: int = 6) -> str | None:
        """The framework of an application that a symbol holds."""
        if depth <= 0:
            return None
        if isinstance(symbol, Parameter):
            passed = self.index.passed(symbol)
            return self._framework_of(passed[0], passed[1], depth - 1) if passed is not None else None
        if isinstance(symbol, Variable):
            for value in symbol.values:
                framework = self._framework_of(value, symbol.scope, depth - 1)
                if framework is not None:
                    return framework
        return None

    def _framework_of(self, expression: ast.expr, scope: Scope, depth: int = 6) -> str | None:
        if depth <= 0:
            return None
        if isinstance(expression, ast.Await):
            expression = expression.value
        if isinstance(expression, ast.Call):
            made = self.index.origin(self.index.resolve(expression.func, scope))
            if isinstance(made, External):
                return _CLASSES.get(made.dotted) or _MAKERS.get(made.dotted)
            if isinstance(made, Function):
                return self._made_by(made, depth - 1)
            if made is not None:
                for dotted, framework in _CLASSES.items():
                    if not isinstance(made, Module | Variable | Parameter) and self.index.inherits(made, dotted):
                        return framework
            return None
        if isinstance(expression, ast.Name | ast.Attribute):
            symbol = self.index.resolve(expression, scope)
            if isinstance(symbol, Variable) and isinstance(symbol.scope, Module) and symbol.scope is not scope:
                return self._framework(symbol, depth - 1)
            return self._framework(symbol, depth - 1)
        return None

    def _made_by(self, function: Function, depth: int = 6) -> str | None:
        """The framework of the application that a function returns."""
        if depth <= 0:
            return None
        if function.node.returns is not None:
            made = self.index.annotated_class(function.node.returns, function)
            if isinstance(made, External) and made.dotted in _CLASSES:
                return _CLASSES[made.dotted]
        for node in _own_nodes(function.node):
            if isinstance(node, ast.Return) and node.value is not None:
                framework = self._framework_of(node.value, function, depth - 1)
                if framework is not None:
                    return framework
        return None

    # Scripts

    def _served(self, module: Module) -> tuple[str, ast.Call] | None:
        """What a script serves when it is run, and the call that does it."""
        body = [
            statement
            for statement in module.file.tree.body
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        guarded = [
            statement
            for statement in body
            if isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)
        ]
        for statement in guarded or body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Call):
                    served = self._serves(node, module, 0)
                    if served is not None:
                        return served
        return None

    def _serves(self, call: ast.Call, scope: Scope, depth: int) -> tuple[str, ast.Call] | None:
        symbol = self.index.resolve(call.func, scope)
        if isinstance(symbol, External) and symbol.dotted in _SERVERS:
            return self._served_by(call, scope), call
        if isinstance(call.func, ast.Attribute) and any(call.func.attr in names for names in _RUN.values()):
            framework = self._framework_of(call.func.value, scope) or self._run_by(call.func.value, scope)
            if framework is not None and call.func.attr in _RUN.get(framework, ()):
                return framework, call
        if isinstance(call.func, ast.Attribute) and call.func.attr == "serve_forever":
            return "unknown", call
        for argument in call.args:  # asyncio.run(main()), anyio.run(main)
            inner = argument if isinstance(argument, ast.Call) else None
            target = self.index.resolve(argument, scope) if isinstance(argument, ast.Name) else None
            if inner is not None and depth < 4:
                served = self._serves(inner, scope, depth + 1)
                if served is not None:
                    return served
            if isinstance(target, Function) and depth < 4:
                served = self._serves_within(target, depth)
                if served is not None:
                    return served
        if isinstance(symbol, Function) and depth < 4 and not is_beside_the_service(symbol.file.path):
            return self._serves_within(symbol, depth)
        return None

    def _run_by(self, expression: ast.expr, scope: Scope) -> str | None:
        """The framework of the application that an object of another library serves."""
        symbol = self.index.resolve(expression, scope)
        values = symbol.values if isinstance(symbol, Variable) else ()
        for value in values:
            made = self.index.origin(self.index.resolve(value.func, scope)) if isinstance(value, ast.Call) else None
            if isinstance(made, External) and made.dotted in _RUNNERS:
                return _RUNNERS[made.dotted]
        return None

    def _serves_within(self, function: Function, depth: int) -> tuple[str, ast.Call] | None:
        for call in function.calls:
            served = self._serves(call, function, depth + 1)
            if served is not None:
                return served
        return None

    def _served_by(self, call: ast.Call, scope: Scope) -> str:
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and ":" in argument.value:
                dotted, _, name = argument.value.partition(":")
                module = self.index.finder.find(dotted, scope.file.path)
                if module is not None:
                    symbol = self.index.member(module, name)
                    framework = self._made_by(symbol) if isinstance(symbol, Function) else self._framework(symbol)
                    if framework is not None:
                        return framework
            elif isinstance(argument, ast.Call):  # uvicorn.Server(uvicorn.Config(app)), run_app(create_app())
                framework = self._framework_of(argument, scope) or self._served_by(argument, scope)
                if framework != "unknown":
                    return framework
            else:
                framework = self._framework_of(argument, scope)
                if framework is not None:
                    return framework
        return "unknown"

    # Where imports start

    def _folder(self, module: Module) -> str:
        return self.index.finder.import_root(module.file.path).rstrip("/") or "."

    def _dotted(self, module: Module) -> str:
        return module.file.module


def _own_nodes(function: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    stack: list[ast.AST] = list(getattr(function, "body", []))
    while stack:
        node = stack.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return found


def module_names(index: Index) -> frozenset[str]:
    """Top-level names of everything that the folder imports and does not hold itself."""
    found = set()
    folders = {part for path in index.modules for part in PurePosixPath(path).parts[:-1]}
    for module in index.service_modules:
        for node in ast.walk(module.node):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top not in folders and index.finder.find(top, module.file.path) is None:
                    found.add(top)
    return frozenset(found)
