"""Cuts out of a source file the function that holds a line, small enough to be read in an interview.

Comments and docstrings go: they say whose it is, and sometimes what is wrong. Of a long function those statements stay
that touch what the line touches; what is left out shows as "...".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

MOST_LINES = 45

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def excerpt(source: str, line: int) -> str | None:
    """The innermost function around the line as source text; None where there is none, or the text is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    around = [node for node in ast.walk(tree) if isinstance(node, _Function) and _covers(node, line)]
    if not around:
        return None
    function = min(around, key=lambda node: (node.end_lineno or 0) - node.lineno)
    for node in ast.walk(function):
        if isinstance(node, _Function | ast.ClassDef):
            _without_docstring(node)
    if len(ast.unparse(function).splitlines()) > MOST_LINES:
        function.body = list(_touching(function, line))
    return ast.unparse(function)


def _covers(node: _Function, line: int) -> bool:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return first <= line <= (node.end_lineno or node.lineno)


def _without_docstring(node: _Function | ast.ClassDef) -> None:
    if ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:] or [ast.Pass()]


def _touching(function: _Function, line: int) -> Iterator[ast.stmt]:
    """The statements that read or write a name of the statement at the line, and all that end the function."""
    at = next((each for each in function.body if each.lineno <= line <= (each.end_lineno or line)), function.body[-1])
    names = _names(at)
    left_out = False
    for each in function.body:
        if each is at or _assigned(each) & names or isinstance(each, ast.Return | ast.Raise):
            if left_out:
                yield ast.Expr(ast.Constant(...))
            left_out = False
            yield each
        else:
            left_out = True


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _assigned(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
