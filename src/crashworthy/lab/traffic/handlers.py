"""Operations that the running service has, with what the source says of their handlers.

The running service decides what exists; bodies, queries and logins are read from the handlers, also from those in
installed packages, whose source lies beside the service.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.core.value import Json
from crashworthy.lab.traffic.running import Running, RunningRoute
from crashworthy.source.calls import CallGraph
from crashworthy.source.files import read_folder
from crashworthy.source.flow.runs import Runs
from crashworthy.source.index import Index
from crashworthy.source.operations import OperationMaker
from crashworthy.source.routes.groups import decorators_around
from crashworthy.source.routes.route import Route
from crashworthy.source.symbols import Function
from crashworthy.source.tree import SourceTree

MAX_PACKAGES = 3
MAX_PACKAGE_FILES = 600
_LIBRARIES = frozenset({"site-packages", "dist-packages"})


def shape(path: str) -> str:
    """The path with parameters made anonymous and without a slash at the end, for comparing."""
    return re.sub(r"\{[^{}]*\}", "{}", path).rstrip("/") or "/"


def existing(running: Running, tree: SourceTree) -> tuple[Operation, ...]:
    """An operation for each running route; those of the source that may exist besides, where not all is known."""
    reader = _Handlers(running, tree)
    found: dict[str, Operation] = {}
    used: set[str] = set()
    for route in running.routes:
        for method in reader.methods(route) if not route.foreign else ():
            operation, source = reader.operation(route, method)
            found.setdefault(operation.name, operation)
            used |= source
    if not running.complete:
        known = {(each.method, shape(each.path)) for each in found.values()}
        for each in tree.operations:
            if each.name not in used and (each.method, shape(each.path)) not in known:
                found.setdefault(each.name, each)
    return tuple(found.values())


class _Handlers:
    """Finds what the source says of routes."""

    def __init__(self, running: Running, tree: SourceTree) -> None:
        self._running = running
        self._tree = tree
        self._by_shape = {(each.method, shape(each.path)): each for each in reversed(tree.operations)}
        self._by_handler: dict[tuple[str, str], list[Operation]] = {}
        for each in tree.operations:
            if each.handler is not None:
                self._by_handler.setdefault((each.handler.file, each.handler.symbol or ""), []).append(each)

    def methods(self, route: RunningRoute) -> tuple[str, ...]:
        """The route's method; what the source knows of the handler where a view looks at the method itself."""
        if route.method is not None:
            return (route.method,)
        of_path = {each.method for each in self._tree.operations if shape(each.path) == shape(route.path)}
        of_handler = {each.method for each in self._of_handler(route)}
        return tuple(sorted((of_handler & of_path) or of_path or of_handler)) or ("GET",)

    def operation(self, route: RunningRoute, method: str) -> tuple[Operation, set[str]]:
        """The operation, and the names of those of the source that it is made of."""
        known = self._by_shape.get((method, shape(route.path)))
        if known is None:
            known = next((each for each in self._of_handler(route) if each.method == method), None)
        used = {known.name} if known is not None else set()
        read = known or self._read(route, method)
        operation = Operation(
            method=method,
            path=route.path,
            parameters=tuple(_path_parameters(route, read)),
            body=route.body,
            source="routes",
        )
        if read is None:
            return operation, used
        rest = tuple(each for each in read.parameters if each.where is not ParameterIn.PATH)
        return operation.model_copy(
            update={
                "parameters": (*operation.parameters, *rest),
                "body": route.body or read.body,
                "needs_login": read.needs_login,
                "handler": read.handler if route.own or known is not None else None,
                "summary": read.summary,
            }
        ), used

    def _of_handler(self, route: RunningRoute) -> list[Operation]:
        return self._by_handler.get((route.file or "", route.function), []) if route.own else []

    def _read(self, route: RunningRoute, method: str) -> Operation | None:
        """What a handler takes, that no reader of the source knew to be one."""
        folder = None if route.own else _package_of(route.file)
        source = self._own if route.own else self._packages.get(folder) if folder is not None else None
        if source is None or route.file is None:
            return None
        index, maker = source
        file = route.file if folder is None else Path(route.file).relative_to(folder.parent).as_posix()
        handler = index.functions.get(f"{file}:{route.function}")
        return maker.make([_route(route, method, handler, index)])[0] if handler is not None else None

    @cached_property
    def _own(self) -> tuple[Index, OperationMaker] | None:
        analysis = self._tree.analysis
        if analysis is None:
            return None
        return analysis.index, OperationMaker(analysis.index, analysis.graph, Runs(analysis.index, analysis.outbound))

    @cached_property
    def _packages(self) -> dict[Path, tuple[Index, OperationMaker]]:
        folders = Counter(
            folder
            for route in self._running.routes
            if not (route.own or route.foreign) and (folder := _package_of(route.file)) is not None and folder.is_dir()
        )
        found = {}
        for folder, _ in folders.most_common(MAX_PACKAGES):
            if sum(1 for _ in folder.rglob("*.py")) <= MAX_PACKAGE_FILES:
                # Named as they are imported, from the folder above.
                index = Index.build(
                    replace(each, path=f"{folder.name}/{each.path}") for each in read_folder(folder).files
                )
                found[folder] = index, OperationMaker(index, CallGraph(index), Runs(index, ()))
        return found


def _route(route: RunningRoute, method: str, handler: Function, index: Index) -> Route:
    schemas = dict(route.path_schemas)
    wrappers = decorators_around(index, handler)
    return Route(method, route.path, handler, route.framework, handler.location(), schemas, wrappers)


def _path_parameters(route: RunningRoute, read: Operation | None) -> Iterator[Parameter]:
    """What the route's own converters say goes before what the handler does with a parameter."""
    names = re.findall(r"\{([^{}]+)\}", route.path)
    in_source = [each for each in read.parameters if each.where is ParameterIn.PATH] if read is not None else []
    by_name = {each.name: each for each in in_source}
    if read is not None and len(in_source) == len(names) and not {*names} & {*by_name}:
        by_name = dict(zip(names, in_source, strict=True))
    text: dict[str, Json] = {"type": "string", "minLength": 1}
    for name in names:
        schema = route.path_schemas.get(name) or text
        known = by_name.get(name)
        if schema == text and known is not None:
            schema = known.data_schema
        yield Parameter(name=name, where=ParameterIn.PATH, required=True, data_schema=schema)


def _package_of(file: str | None) -> Path | None:
    """The folder of the installed package that a handler's file belongs to."""
    for folder in Path(file).parents if file else ():
        if folder.parent.name in _LIBRARIES:
            return folder
    return None


def may_answer(path: str, method: str, routes: Iterable[RunningRoute]) -> bool:
    """Whether a concrete or templated path is one of these routes', also through a parameter that takes all."""
    wanted = shape(path)
    for each in routes:
        if each.method not in {method, None}:
            continue
        if shape(each.path) == wanted:
            return True
        pattern = "".join(
            "[^/]+" if part == "{}" else re.escape(part) for part in re.split(r"(\{\})", shape(each.path))
        )
        if each.path.endswith("}"):
            pattern = pattern.removesuffix("[^/]+") + ".+"
        if re.fullmatch(pattern, wanted):
            return True
    return False
