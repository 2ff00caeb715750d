"""Constants, and what can be computed from them."""

from __future__ import annotations

import ast

from crashworthy.source.flow.values import (
    UNKNOWN,
    Known,
    Setting,
    Several,
    Value,
)
from crashworthy.source.index import Index
from crashworthy.source.strings import text_of
from crashworthy.source.symbols import Scope


class Pattern(str):
    """The text of a compiled regular expression."""

    __slots__ = ()


def constant_of(index: Index, expression: ast.expr, scope: Scope) -> Value:
    """A constant that a module or class names."""
    try:
        return Known(ast.literal_eval(expression))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        pass
    if isinstance(expression, ast.Call) and expression.args and not expression.keywords:
        name = ast.unparse(expression.func).rpartition(".")[2]
        if name in {"frozenset", "set", "tuple", "list", "int", "text"}:
            inner = constant_of(index, expression.args[0], scope)
            if isinstance(inner, Known) and isinstance(inner.value, list | tuple | set | dict):
                return inner
        if ast.unparse(expression.func) == "re.compile":
            pattern = constant_of(index, expression.args[0], scope)
            is_text = isinstance(pattern, Known) and isinstance(pattern.value, str)
            return Known(Pattern(pattern.value)) if is_text else UNKNOWN  # type: ignore[union-attr]
    text = text_of(index, expression, scope)
    if text.variable is not None:
        return Setting(text.variable)
    return Known(text.start) if text.complete else UNKNOWN


def constant_arithmetic(left: object, operator: ast.operator, right: object) -> Value:
    """Joined texts and computed numbers, small ones only."""
    if isinstance(left, str) and isinstance(right, str) and isinstance(operator, ast.Add):
        return Known(left + right) if len(left) + len(right) < 100_000 else UNKNOWN
    if isinstance(left, int | float) and isinstance(right, int | float):
        match operator:
            case ast.Add():
                return Known(left + right)
            case ast.Sub():
                return Known(left - right)
            case ast.Mult() if abs(left) < 1e12 and abs(right) < 1e12:
                return Known(left * right)
    return UNKNOWN


def constant_compare(left: object, operator: ast.cmpop, right: object) -> bool | None:
    """What a comparison of two constants gives; None when that is not known for sure."""
    match operator:
        case ast.Eq():
            return left == right
        case ast.NotEq():
            return left != right
        case ast.Is():
            return left is right if left is None or right is None else None
        case ast.IsNot():
            return left is not right if left is None or right is None else None
        case ast.In() | ast.NotIn() if isinstance(right, list | tuple | set | frozenset | dict) and hashable(left):
            return (left in right) == isinstance(operator, ast.In)
        case _:
            return None


def display(values: list[Value]) -> Value:
    """A list, tuple or set of values: a constant when all are."""
    if values and all(isinstance(value, Known) for value in values):
        return Known(tuple(value.value for value in values if isinstance(value, Known)))
    return Several(tuple(values))


def unstarred(node: ast.expr) -> ast.expr:
    """`x` of `*x`, else the expression itself."""
    return node.value if isinstance(node, ast.Starred) else node


def hashable(value: object) -> bool:
    """Whether a constant can be a key."""
    return isinstance(value, str | int | float | bool | bytes) or value is None
