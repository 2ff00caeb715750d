"""Which statements refuse a request."""

from __future__ import annotations

import ast
import re

from crashworthy.source.index import Index, dotted_name
from crashworthy.source.symbols import Class, External, Function, Scope

_NAMES = re.compile(
    r"^(abort|.*BadRequest.*|.*Forbidden.*|.*NotFound.*|.*Unauthorized.*|.*NotAllowed.*|.*Conflict.*|"
    r".*UnprocessableEntity.*|error|error_response|bad_request|fail|failure|json_error|api_error|problem)$"
)
_STATUS = re.compile(r"^HTTP_[45]\d\d")


def is_refusal(index: Index, body: list[ast.stmt], scope: Scope) -> bool:
    """Whether a branch ends by refusing: it raises, aborts, or returns an answer with status 4xx or 5xx."""
    last = body[-1] if body else None
    match last:
        case ast.Raise():
            return True
        case ast.Expr(value=ast.Call() as call):
            return never_returns(index, call, scope)
        case ast.Return(value=ast.expr() as value):
            return is_error(index, value, scope)
        case ast.If(body=inner, orelse=orelse) if orelse:
            return is_refusal(index, inner, scope) and is_refusal(index, orelse, scope)
        case ast.With(body=inner) | ast.AsyncWith(body=inner):
            return is_refusal(index, inner, scope)
        case _:
            return False


def is_error(index: Index, value: ast.expr, scope: Scope) -> bool:
    """Whether an expression is an answer with status 4xx or 5xx."""
    for node in ast.walk(value):
        match node:
            case ast.Constant(value=int(number)) if 400 <= number <= 599 and not isinstance(number, bool):
                return True
            case ast.Attribute(attr=name) if _STATUS.match(name):
                return True
            case ast.Call(func=function):
                name = (dotted_name(function) or "").rpartition(".")[2]
                if _NAMES.match(name) or _answers_error(index, function, scope):
                    return True
            case _:
                pass
    return False


def _answers_error(index: Index, function: ast.expr, scope: Scope) -> bool:
    """Whether a helper of the folder answers 4xx when nothing else is asked of it."""
    symbol = index.resolve(function, scope)
    if not isinstance(symbol, Function):
        return False
    defaults = [parameter.default for parameter in symbol.parameters.values()]
    numbers = [one.value for one in defaults if isinstance(one, ast.Constant) and isinstance(one.value, int)]
    if any(400 <= number <= 599 for number in numbers):
        return True
    returns = [node for node in ast.walk(symbol.node) if isinstance(node, ast.Return) and node.value is not None]
    return len(returns) == 1 and any(
        isinstance(node, ast.Constant) and isinstance(node.value, int) and 400 <= node.value <= 599
        for node in ast.walk(returns[0])
    )


def never_returns(index: Index, call: ast.Call, scope: Scope, depth: int = 3) -> bool:
    """Whether a call always raises: `abort(...)`, `sys.exit()`, or a helper that ends in one."""
    symbol = index.resolve(call.func, scope)
    if isinstance(symbol, External):
        return symbol.dotted.rpartition(".")[2] in {"abort", "exit", "_exit"}
    if isinstance(symbol, Class) or not isinstance(symbol, Function) or depth <= 0:
        return (dotted_name(call.func) or "").rpartition(".")[2] == "abort"
    returns = symbol.node.returns
    if returns is not None and ast.unparse(returns).rpartition(".")[2] in {"NoReturn", "Never"}:
        return True
    if any(isinstance(node, ast.Return | ast.Yield) for node in ast.walk(symbol.node)):
        return False
    last = symbol.node.body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return never_returns(index, last.value, symbol, depth - 1)
    return isinstance(last, ast.Raise)
