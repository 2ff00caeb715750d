"""Where a service says itself what happens when it is told to stop (SIGTERM)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_EXITS = frozenset({"sys.exit", "os._exit", "exit", "quit", "os.abort", "os.kill", "loop.stop", "_exit"})


def handled(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Each call that sets a handler of SIGTERM, and the handler; restoring the default is none."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        if name not in ("signal", "add_signal_handler") or "SIGTERM" not in ast.unparse(node.args[0]):
            continue
        if "SIG_DFL" not in ast.unparse(node.args[1]):
            yield node, node.args[1]


def exits(handler: ast.expr, tree: ast.AST) -> bool:
    """Whether the handler ends the process by itself: a lambda, or a function of the same file."""
    body: ast.AST | None = handler
    if isinstance(handler, ast.Name | ast.Attribute):
        name = handler.id if isinstance(handler, ast.Name) else handler.attr
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        body = next((each for each in functions if each.name == name), None)
        if body is None:
            return ast.unparse(handler) in _EXITS
    for node in ast.walk(body) if body is not None else ():
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _EXITS:
            return True
        if isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc):
            return True
    return False
