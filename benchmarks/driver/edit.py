"""One small edit of a service, as its author makes between two runs."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable
from pathlib import Path

from crashworthy.core.operation import Operation
from crashworthy.source.parse import parse_folder


def edit_one_handler(source: Path, target: Path, reached: Iterable[str]) -> str | None:
    """Copy the service and add a statement to the handler in the middle of the list; its operation.

    None, and no copy, where no reached operation has a handler in the source.
    """
    wanted = frozenset(reached)
    known = [each for each in parse_folder(source).operations if each.handler is not None and each.name in wanted]
    if not known:
        return None
    operation = known[len(known) // 2]
    shutil.copytree(source, target, symlinks=True)
    return operation.name if _add_statement(target, operation) else None


def _add_statement(folder: Path, operation: Operation) -> bool:
    assert operation.handler is not None
    path = folder / operation.handler.file
    text = path.read_text("utf-8")
    functions = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _first_line(node) <= operation.handler.line <= (node.end_lineno or 0)
    ]
    if not functions:
        return False
    first = max(functions, key=lambda node: node.lineno).body[0]
    lines = text.splitlines(keepends=True)
    lines.insert(first.lineno - 1, " " * first.col_offset + "edited = True  # noqa\n")
    path.write_text("".join(lines), "utf-8")
    return True


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
