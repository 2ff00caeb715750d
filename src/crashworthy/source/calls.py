"""Who calls whom, by name, and which operations reach a function."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Iterable

from crashworthy.source.index import Index, Symbol
from crashworthy.source.routes.fastapi import signature_dependencies
from crashworthy.source.routes.groups import decorators_around
from crashworthy.source.routes.route import Route
from crashworthy.source.symbols import Class, Function, Scope

# Methods of builtins, sessions and cursors: an own method that happens to be named alike is not meant.
_COMMON = (
    frozenset(dir(dict)) | frozenset(dir(list)) | frozenset(dir(str)) | frozenset(dir(set)) | frozenset(dir(bytes))
) | {
    "execute", "executemany", "fetchone", "fetchall", "scalar", "scalars", "commit", "rollback", "flush", "refresh",
    "add_all", "delete", "save", "filter", "filter_by", "first", "all", "one", "query", "close", "open", "read",
    "write", "send", "post", "put", "patch", "head", "request", "json", "text", "run", "start", "stop", "connect",
    "cursor", "acquire", "release", "set", "info", "debug", "warning", "error", "exception", "log", "create",
}  # fmt: skip


class CallGraph:
    """Edges between the functions of a folder."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._edges: dict[str, tuple[Function, ...]] = {}

    def called_by(self, function: Function) -> tuple[Function, ...]:
        """The functions that `function` may run: called, passed on, nested, decorating or depended on."""
        if function.key not in self._edges:
            self._edges[function.key] = tuple(dict.fromkeys(self._called(function)))
        return self._edges[function.key]

    def targets(self, call: ast.Call, scope: Scope) -> list[Function]:
        """The functions of the folder that a call may run."""
        symbol = self.index.origin(self.index.callee(call, scope))
        found = _functions(self.index, symbol)
        if not found and isinstance(call.func, ast.Attribute) and symbol is None:
            found = self._by_method_name(call.func.attr)
        return found

    def _by_method_name(self, name: str) -> list[Function]:
        methods = self.index.methods.get(name, [])
        return methods if len(methods) == 1 and name not in _COMMON and not name.startswith("__") else []

    def _called(self, function: Function) -> list[Function]:
        found: list[Function] = [*function.nested()]
        for call in function.calls:
            found.extend(self.targets(call, function))
            for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
                if isinstance(argument, ast.Name | ast.Attribute):  # Thread(target=f), executor.submit(f, ...)
                    symbol = self.index.resolve(argument, function)
                    if isinstance(symbol, Function):
                        found.append(symbol)
        found.extend(decorators_around(self.index, function))
        found.extend(signature_dependencies(self.index, function))
        found.extend(self._properties(function))
        return found

    def _properties(self, function: Function) -> Iterable[Function]:
        for node in ast.walk(function.node):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                methods = self.index.methods.get(node.attr, ())
                if len(methods) == 1 and any("property" in ast.unparse(d) for d in methods[0].node.decorator_list):
                    yield methods[0]


def _functions(index: Index, symbol: Symbol | None) -> list[Function]:
    if isinstance(symbol, Function):
        return [symbol]
    if isinstance(symbol, Class):
        members = [index.class_member(symbol, name) for name in ("__init__", "__post_init__")]
        return [member for member in members if isinstance(member, Function)]
    return []


def reach(graph: CallGraph, routes: Iterable[Route]) -> dict[str, frozenset[str]]:
    """`file:qualified` of every function that a request can run → names of the operations that run it."""
    found: dict[str, set[str]] = defaultdict(set)
    for route in routes:
        name = f"{route.method} {route.path}"
        pending = deque([*route.wrappers, *route.dependencies, *([route.handler] if route.handler is not None else [])])
        seen: set[str] = set()
        while pending:
            function = pending.popleft()
            if function.key in seen:
                continue
            seen.add(function.key)
            found[function.key].add(name)
            pending.extend(graph.called_by(function))
    return {key: frozenset(names) for key, names in found.items()}
