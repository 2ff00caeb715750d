"""Does a function refuse addresses whose host is on no list of its own?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_HOST_PARTS = frozenset({"hostname", "netloc", "host"})
_FORBIDDEN = re.compile(r"block|den(y|ied)|forbid|private|internal|localhost|127\.0", re.IGNORECASE)
_EXITS = ("abort", "fail", "deny", "reject")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def refuses_other_hosts(around: ast.AST, call: ast.AST, functions: dict[str, Function]) -> bool:
    """Whether `call`, in the function `around`, is made for listed hosts only.

    So it is where the host is compared with a list and the function ends for all others, where the call stands inside
    of such a comparison, where the beginning of the address is compared with one that holds a host, and where
    a function of the same file (`functions`, by name) does one of these. To refuse *listed* hosts is no such thing:
    a loopback address has many spellings.
    """
    asked = {
        each.func.id for each in ast.walk(around) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
    }
    within = {id(node) for node in ast.walk(call)}
    if _refuses(around, within):
        return True
    return any(_refuses(functions[name], set()) for name in asked & functions.keys() if functions[name] is not around)


def _refuses(function: ast.AST, call: set[int]) -> bool:
    hosts = {*_host_names(function)}
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None and _is_listed(node.value, hosts):
            return True
        if isinstance(node, ast.If):
            inside = {id(each) for statement in node.body for each in ast.walk(statement)}
            if _is_listed(node.test, hosts) and inside & call:
                return True
            if _is_unlisted(node.test, hosts) and _ends(node.body):
                return True
    return False


def _is_listed(test: ast.expr, hosts: set[str]) -> bool:
    """`host in LIST`, `host == HOST`, `url.startswith("https://host/")`; or all of several, one of them such."""
    match test:
        case ast.Compare(left=left, ops=[ast.In() | ast.Eq()], comparators=[to]):
            return _is_host(left, hosts) and not _FORBIDDEN.search(ast.unparse(to))
        case ast.Call(func=ast.Attribute(attr="startswith"), args=[ast.Constant(value=str(text))]):
            return "/" in text.partition("://")[2]
        case ast.BoolOp(op=ast.And(), values=values):
            return any(_is_listed(each, hosts) for each in values)
        case _:
            return False


def _is_unlisted(test: ast.expr, hosts: set[str]) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.NotIn() | ast.NotEq()], comparators=[to]):
            return _is_host(left, hosts) and not _FORBIDDEN.search(ast.unparse(to))
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _is_listed(inner, hosts)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_is_unlisted(each, hosts) for each in values)
        case _:
            return False


def _is_host(node: ast.expr, hosts: set[str]) -> bool:
    return any(
        (isinstance(each, ast.Attribute) and each.attr in _HOST_PARTS)
        or (isinstance(each, ast.Name) and each.id in hosts)
        for each in ast.walk(node)
    )


def _host_names(function: ast.AST) -> Iterator[str]:
    """Variables that are assigned an address's host."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _is_host(node.value, set()):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.NamedExpr) and _is_host(node.value, set()):
            yield node.target.id


def _ends(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return ast.unparse(last.value.func).rpartition(".")[2].lower().startswith(_EXITS)
    return isinstance(last, ast.Raise | ast.Return | ast.Continue)
