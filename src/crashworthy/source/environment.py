"""Environment variables that the source reads."""

from __future__ import annotations

import ast

from crashworthy.core.location import Location
from crashworthy.source.environment_calls import environment_call
from crashworthy.source.index import Index, dotted_name
from crashworthy.source.strings import settings_variable, text_of
from crashworthy.source.symbols import Class, Module
from crashworthy.source.tree import EnvironmentRead


def environment_reads(index: Index, paths: frozenset[str]) -> tuple[EnvironmentRead, ...]:
    """All reads in the files at `paths`, by place; a read in a `try` or behind a check is still called required."""
    reads: list[EnvironmentRead] = []
    for module in index.service_modules:
        if module.file.path not in paths:
            continue
        if "environ" not in module.file.text and "getenv" not in module.file.text and not _may_configure(module):
            continue
        reads.extend(_expressions(index, module))
        for class_ in module.classes:
            if index.inherits(class_, ".BaseSettings"):
                reads.extend(_settings(index, class_))
    return tuple(dict.fromkeys(reads))


def _may_configure(module: Module) -> bool:
    return any(word in module.file.text for word in ("BaseSettings", "decouple", "Env(", "starlette.config"))


def _expressions(index: Index, module: Module) -> list[EnvironmentRead]:
    reads = []
    written = _written_before_use(module)
    for scope in module.scopes:
        for node in _own_expressions(scope.node):
            read = environment_call(index, node, scope)
            if read is None:
                continue
            default = text_of(index, read.default, scope) if read.default is not None else None
            known = default.start if default is not None and default.complete else _literal(read.default)
            required = read.required and read.name not in written
            reads.append(EnvironmentRead(read.name, known, required, scope.location(node)))
    return reads


def _own_expressions(root: ast.AST) -> list[ast.expr]:
    found: list[ast.expr] = []
    stack: list[ast.AST] = list(getattr(root, "body", []))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call | ast.Subscript):
            found.append(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            # The body is a scope of its own; the rest is evaluated here.
            stack.extend(node.decorator_list)
            if not isinstance(node, ast.ClassDef):
                stack.append(node.args)
            continue
        stack.extend(ast.iter_child_nodes(node))
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _written_before_use(module: Module) -> frozenset[str]:
    """Variables that the module sets itself (`os.environ["X"] = ...`)."""
    names = set()
    for node in ast.walk(module.node):
        match node:
            case ast.Subscript(value=mapping, slice=ast.Constant(value=str(name)), ctx=ast.Store()):
                if dotted_name(mapping) in {"os.environ", "environ"}:
                    names.add(name)
    return frozenset(names)


def _literal(default: ast.expr | None) -> str | None:
    if isinstance(default, ast.Constant) and default.value is not None:
        return str(default.value)
    return None


def _settings(index: Index, class_: Class) -> list[EnvironmentRead]:
    """Fields of a pydantic-settings class."""
    reads = []
    for name, variable in class_.attributes.items():
        if variable.annotation is None or name.startswith("_") or name == "model_config":
            continue
        default, required = _field_default(variable.values[-1] if variable.values else None)
        text = text_of(index, default, class_) if default is not None else None
        known = text.start if text is not None and text.complete else _literal(default)
        location = Location(file=class_.file.path, line=getattr(variable.node, "lineno", 1), symbol=class_.qualified)
        reads.append(EnvironmentRead(settings_variable(index, class_, name), known, required, location))
    return reads


def _field_default(value: ast.expr | None) -> tuple[ast.expr | None, bool]:
    if value is None:
        return None, True
    if isinstance(value, ast.Call) and (dotted_name(value.func) or "").rpartition(".")[2] == "Field":
        first = value.args[0] if value.args else None
        for keyword in value.keywords:
            if keyword.arg == "default":
                first = keyword.value
            elif keyword.arg == "default_factory":
                return None, False
        if first is None or (isinstance(first, ast.Constant) and first.value is ...):
            return None, True
        return first, False
    return value, False
