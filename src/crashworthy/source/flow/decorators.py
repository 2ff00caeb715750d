"""Functions within the decorators that the folder defines itself."""

from __future__ import annotations

import ast

from crashworthy.source.flow.values import UNKNOWN, FunctionValue, Known, Value
from crashworthy.source.index import Index
from crashworthy.source.symbols import Function


def decorated(index: Index, inner: FunctionValue, depth: int = 6) -> FunctionValue:
    """A function within the folder's own decorators: calling the result runs their code around it."""
    function = inner.function
    if depth <= 0:
        return inner
    for decorator in reversed(function.node.decorator_list):
        expression = decorator.func if isinstance(decorator, ast.Call) else decorator
        symbol = index.origin(index.resolve(expression, function.parent or function))
        found = _wrapper(symbol) if isinstance(symbol, Function) else None
        if found is not None and isinstance(symbol, Function):
            wrapper, name = found
            given = _given(symbol, decorator) if isinstance(decorator, ast.Call) else {}
            inner = decorated(index, FunctionValue(wrapper, {**given, name: inner}, is_bare=True), depth - 1)
    return inner


def _given(factory: Function, call: ast.Call) -> dict[str, Value]:
    """Constants that a decorator is made with: `@api("POST", auth=False)`."""
    found: dict[str, Value] = {}
    positional = [_constant(argument) for argument in call.args]
    for parameter in factory.parameters.values():
        if parameter.position is not None and parameter.position < len(positional):
            found[parameter.name] = positional[parameter.position]
        elif parameter.default is not None:
            found[parameter.name] = _constant(parameter.default)
    rest = factory.node.args.vararg
    if rest is not None:
        values = positional[len(factory.node.args.args) :]
        constants = tuple(one.value for one in values if isinstance(one, Known))
        found[rest.arg] = Known(constants) if len(constants) == len(values) else UNKNOWN
    found |= {keyword.arg: _constant(keyword.value) for keyword in call.keywords if keyword.arg}
    return found


def _constant(expression: ast.expr) -> Value:
    try:
        return Known(ast.literal_eval(expression))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return UNKNOWN


def _wrapper(decorator: Function, depth: int = 3) -> tuple[Function, str] | None:
    """The function that a decorator puts around another, and the name by which it calls the other."""
    for nested in decorator.nested():
        for parameter in decorator.parameters.values():
            if any(isinstance(call.func, ast.Name) and call.func.id == parameter.name for call in nested.calls):
                return nested, parameter.name
        if depth > 0:
            found = _wrapper(nested, depth - 1)
            if found is not None:
                return found
    return None


def wraps(function: Function) -> bool:
    """Whether a function is a decorator that puts a function of its own around another."""
    return _wrapper(function) is not None
