"""Which expressions read an environment variable."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from crashworthy.source.index import Index, dotted_name
from crashworthy.source.symbols import External, Scope, Variable

_MAPPINGS = frozenset({"os.environ", "os.environb"})
_GETTERS = frozenset({"os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault"})
# django-environ (`env = environ.Env()`), environs (`env = Env()`), python-decouple and Starlette (`config(...)`).
_READERS = frozenset({"environ.Env", "environs.Env", "environ.FileAwareEnv", "starlette.config.Config"})
_DECOUPLE = frozenset({"decouple.config", "decouple.Config", "decouple.AutoConfig"})


@dataclass(frozen=True)
class EnvironmentCall:
    """A read of the variable `name`; `default` is the expression used when it is absent."""

    name: str
    default: ast.expr | None
    required: bool


def environment_call(index: Index, expression: ast.expr, scope: Scope) -> EnvironmentCall | None:
    """The read that an expression makes, or None."""
    if isinstance(expression, ast.Subscript) and isinstance(expression.ctx, ast.Load):
        name = _name(index, expression.slice, scope)
        if name is not None and _external(index, expression.value, scope) in _MAPPINGS:
            return EnvironmentCall(name, None, required=True)
        return None
    if not isinstance(expression, ast.Call) or not expression.args:
        return None
    dotted = _external(index, expression.func, scope)
    if dotted in _GETTERS:
        name = _name(index, expression.args[0], scope)
        default = expression.args[1] if len(expression.args) > 1 else _keyword(expression, "default")
        required = dotted == "os.environ.pop" and default is None
        return EnvironmentCall(name, default, required) if name else None
    if dotted in _DECOUPLE or _is_reader(index, expression.func, scope):
        name = _name(index, expression.args[0], scope)
        if name is None:
            return None
        default = _keyword(expression, "default")
        if default is None and len(expression.args) > 1 and dotted not in _DECOUPLE:
            default = expression.args[1]
        return EnvironmentCall(name, default, required=default is None)
    return None


def _is_reader(index: Index, function: ast.expr, scope: Scope) -> bool:
    """Whether a call goes to an object such as `env = environ.Env()`: `env("X")`, `env.str("X")`."""
    holder = function.value if isinstance(function, ast.Attribute) else function
    symbol = index.resolve(holder, scope)
    if not isinstance(symbol, Variable):
        return False
    return any(
        isinstance(value, ast.Call) and _external(index, value.func, symbol.scope) in _READERS
        for value in symbol.values
    )


def _external(index: Index, expression: ast.expr, scope: Scope) -> str | None:
    if dotted_name(expression) is None:
        return None
    symbol = index.origin(index.resolve(expression, scope))
    if symbol is None and isinstance(expression, ast.Attribute):
        holder = index.origin(index.resolve(expression.value, scope))
        symbol = index.attribute(holder, expression.attr)
    return symbol.dotted if isinstance(symbol, External) else None


def _name(index: Index, expression: ast.expr, scope: Scope) -> str | None:
    match expression:
        case ast.Constant(value=str(name)):
            return name or None
        case ast.Name():
            symbol = index.resolve(expression, scope)
            if isinstance(symbol, Variable) and len(symbol.values) == 1:
                value = symbol.values[0]
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    return value.value or None
    return None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
