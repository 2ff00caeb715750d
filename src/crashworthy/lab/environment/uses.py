"""How the source uses the values of variables: as which type."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from crashworthy.source.tree import EnvironmentRead, SourceFile


class Kind(StrEnum):
    """The type that a variable's text is turned into."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    SWITCH = "switch"
    LIST = "list"
    JSON = "json"


_CALLS = {
    "int": Kind.INTEGER,
    "float": Kind.FLOAT,
    "Decimal": Kind.FLOAT,
    "bool": Kind.SWITCH,
    "strtobool": Kind.SWITCH,
    "loads": Kind.JSON,
    "split": Kind.LIST,
    "lower": Kind.TEXT,
}
_ANNOTATIONS = (
    (re.compile(r"\bint\b|PositiveInt"), Kind.INTEGER),
    (re.compile(r"\bfloat\b|\bDecimal\b"), Kind.FLOAT),
    (re.compile(r"\bbool\b"), Kind.SWITCH),
    (re.compile(r"\b(list|List|set|tuple|dict|Dict)\["), Kind.JSON),
)


def kinds_of(files: Iterable[SourceFile], reads: Iterable[EnvironmentRead]) -> dict[str, Kind]:
    """The type of each variable, where the source shows one."""
    by_file: dict[str, list[EnvironmentRead]] = {}
    for read in reads:
        by_file.setdefault(read.location.file, []).append(read)
    kinds: dict[str, Kind] = {}
    for file in files:
        for read in by_file.get(file.path, ()):
            for kind in _kinds(file.tree, read):
                kinds.setdefault(read.name, kind)
    return kinds


def closed_when_empty(files: Iterable[SourceFile], reads: Iterable[EnvironmentRead]) -> frozenset[str]:
    """Variables without which something is refused to everybody: `if not TOKEN or given != TOKEN: raise ...`."""
    files = tuple(files)
    by_place = {(read.location.file, read.location.line): read.name for read in reads}
    variables = {
        target.id: by_place[file.path, node.lineno]
        for file in files
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Assign) and (file.path, node.lineno) in by_place
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    tests = (node for file in files for node in ast.walk(file.tree) if isinstance(node, ast.If))
    return frozenset(variables[name] for test in tests for name in _refusing_without(test) if name in variables)


def _refusing_without(test: ast.If) -> Iterator[str]:
    """Names of what the test refuses where it is empty."""
    among = isinstance(test.test, ast.BoolOp) and isinstance(test.test.op, ast.Or)
    parts = test.test.values if isinstance(test.test, ast.BoolOp) and among else [test.test]
    # Alone, a plain return rather lets everybody in.
    ends = (ast.Raise, ast.Return) if among else (ast.Raise,)
    if not any(isinstance(node, ends) for node in test.body):
        return
    for part in parts:
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
            empty = part.operand
            name = empty.attr if isinstance(empty, ast.Attribute) else empty.id if isinstance(empty, ast.Name) else ""
            if name:
                yield name


def _kinds(tree: ast.Module, read: EnvironmentRead) -> Iterator[Kind]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (kind := _CALLS.get(_called(node))) is not None:
            holder = node.func.value if isinstance(node.func, ast.Attribute) and kind is Kind.LIST else node
            if _names(holder, read.name):
                yield kind
        elif isinstance(node, ast.Call) and _names_directly(node, read.name):
            cast = next((keyword.value for keyword in node.keywords if keyword.arg in ("cast", "type")), None)
            if isinstance(cast, ast.Name) and cast.id in _CALLS:
                yield _CALLS[cast.id]
        elif isinstance(node, ast.AnnAssign) and node.lineno == read.location.line:
            annotation = ast.unparse(node.annotation)
            yield from (kind for pattern, kind in _ANNOTATIONS if pattern.search(annotation))


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(inner, ast.Constant) and inner.value == name for inner in ast.walk(node))


def _names_directly(node: ast.Call, name: str) -> bool:
    return any(isinstance(argument, ast.Constant) and argument.value == name for argument in node.args)
