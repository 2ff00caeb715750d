"""Handlers with all that they may run, for rules about what a request as a whole does or does not do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from crashworthy.audit.rule import Context, Hit
from crashworthy.source.routes.route import Route
from crashworthy.source.symbols import Function, FunctionNode

_MOST = 40


@dataclass(frozen=True, eq=False)
class Handled:
    """A route, its handler, and the functions of the folder that a request to it may run."""

    route: Route
    function: Function
    around: tuple[Function, ...]

    @cached_property
    def own(self) -> str:
        """The handler's code, without its docstring, comments and the path in its decorator."""
        return code_of(self.function.node)

    @cached_property
    def all(self) -> str:
        """The code of everything that the request runs."""
        return "\n".join([self.own, *(code_of(each.node) for each in self.around)])

    def suspected(self, message: str, node: ast.AST | None = None) -> Hit:
        """A hit at this handler, or at a node within it."""
        return Hit(node or self.function.node, self.function, message, frozenset({self.route.name}))

    def named(self, pattern: str) -> bool:
        """Whether a segment of the path or the handler's name is such a word."""
        names = [part for part in self.route.path.split("/") if "{" not in part]
        return any(re.search(pattern, name, re.IGNORECASE) for name in (*names, self.function.name))


def handlers(context: Context) -> Iterator[Handled]:
    """All routes whose handlers were found."""
    for route in context.analysis.routes:
        if route.handler is not None:
            found = dict.fromkeys(
                (*route.wrappers, *route.dependencies, *context.analysis.graph.called_by(route.handler))
            )
            todo = list(found)
            while todo and len(found) < _MOST:
                new = [each for each in context.analysis.graph.called_by(todo.pop()) if each not in found]
                found |= dict.fromkeys(new)
                todo += new
            yield Handled(route, route.handler, tuple(each for each in found if each is not route.handler))


def service_code(context: Context) -> str:
    """The code of all files of the service, without comments."""
    return "\n".join(ast.unparse(module.file.tree) for module in context.analysis.index.service_modules)


def code_of(node: FunctionNode) -> str:
    """A function's decorators (but for their positional arguments), signature and body."""
    decorators = []
    for each in node.decorator_list:
        keywords = [ast.unparse(keyword) for keyword in each.keywords] if isinstance(each, ast.Call) else []
        called = each.func if isinstance(each, ast.Call) else each
        decorators.append(f"@{ast.unparse(called)}({', '.join(keywords)})")
    body = node.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        body = body[1:]
    return "\n".join([*decorators, ast.unparse(node.args), *(ast.unparse(statement) for statement in body)])


def refuses(statements: list[ast.stmt]) -> bool:
    """Whether a block ends with an answer or an error."""
    last = statements[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return True
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and "abort" in ast.unparse(last.value.func)
