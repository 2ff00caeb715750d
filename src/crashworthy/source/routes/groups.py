"""Applications, routers and blueprints: objects that routes are put on and that are put on each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from crashworthy.source.index import Index, Symbol, dotted_name
from crashworthy.source.strings import constant_text
from crashworthy.source.symbols import Class, External, Function, Parameter, Scope, Variable


@dataclass(eq=False)
class Group:
    """One such object. `constructor` is the last part of its class's name."""

    variable: Variable
    call: ast.Call
    constructor: str
    children: list[tuple[Group, str, ast.Call, Scope]] = field(default_factory=list)
    has_parent: bool = False


class Groups:
    """All objects made by some constructors. `constructors` are (package, class name) pairs."""

    def __init__(self, index: Index, constructors: frozenset[tuple[str, str]]) -> None:
        self.index = index
        self.constructors = constructors
        self.unresolved = False
        self._by_variable: dict[int, Group] = {}
        self._names = frozenset(name for _, name in constructors)
        for module in index.service_modules:
            for scope in module.scopes:
                for variable in scope.names.values():
                    if isinstance(variable, Variable):
                        self._add(variable)
                if isinstance(scope, Class):
                    for variable in scope.attributes.values():
                        self._add(variable)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._by_variable.values())

    def _add(self, variable: Variable) -> None:
        for value in variable.values:
            if isinstance(value, ast.Call):
                name = self.constructor(value, variable.scope)
                if name is not None:
                    self._by_variable[id(variable)] = Group(variable, value, name)

    def constructor(self, call: ast.Call, scope: Scope) -> str | None:
        """The name of the constructor that a call calls, own subclasses of it included."""
        last = (dotted_name(call.func) or "").rpartition(".")[2]
        if not last:
            return None
        symbol = self.index.resolve(call.func, scope)
        if isinstance(symbol, External):
            package, name = symbol.dotted.partition(".")[0], symbol.dotted.rpartition(".")[2]
            return name if (package, name) in self.constructors else None
        if isinstance(symbol, Class):
            for name in sorted(self._names):
                if self.index.inherits(symbol, f".{name}"):
                    return name
        return None

    def of(self, expression: ast.AST, scope: Scope, depth: int = 6) -> list[Group]:
        """The groups that an expression may stand for: several where a loop draws it from a list."""
        if depth <= 0:
            return []
        if isinstance(expression, ast.Call):
            return self._returned(self.index.resolve(expression.func, scope), depth)
        symbol = self.index.resolve(expression, scope)
        if isinstance(symbol, Variable) and id(symbol) in self._by_variable:
            return [self._by_variable[id(symbol)]]
        if isinstance(symbol, Parameter):
            passed = self.index.passed(symbol)
            return self.of(passed[0], passed[1], depth - 1) if passed is not None else []
        if isinstance(symbol, Variable):
            found: list[Group] = []
            for iterable in symbol.loops:
                found += self._elements(iterable, symbol.scope, depth)
            for value in symbol.values:
                if isinstance(value, ast.Call | ast.Name | ast.Attribute):
                    found += self.of(value, symbol.scope, depth - 1)
            return found
        return []

    def _elements(self, iterable: ast.expr, scope: Scope, depth: int) -> list[Group]:
        if isinstance(iterable, ast.Name):
            symbol = self.index.resolve(iterable, scope)
            if isinstance(symbol, Variable) and symbol.values:
                return self._elements(symbol.values[-1], symbol.scope, depth - 1) if depth > 0 else []
        elements = iterable.elts if isinstance(iterable, ast.List | ast.Tuple | ast.Set) else []
        return [group for element in elements for group in self.of(element, scope, depth - 1)]

    def _returned(self, symbol: Symbol | None, depth: int) -> list[Group]:
        if not isinstance(symbol, Function):
            return []
        for node in ast.walk(symbol.node):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Name | ast.Attribute):
                found = self.of(node.value, symbol, depth - 1)
                if found:
                    return found
        return []

    def attach(self, parent: ast.expr, child: ast.expr, prefix: str, call: ast.Call, scope: Scope) -> None:
        """Note that `child` is put on `parent` below `prefix`."""
        children = self.of(child, scope)
        self.unresolved |= not children
        for group in self.of(parent, scope):
            for inner in children:
                if inner is not group:
                    inner.has_parent = True
                    group.children.append((inner, prefix, call, scope))

    def text(self, call: ast.Call, keyword: str, scope: Scope, position: int | None = None) -> str | None:
        """The constant text given for a keyword (or at a position), or None."""
        value = argument(call, keyword, position)
        return None if value is None else constant_text(self.index, value, scope)


def argument(call: ast.Call, keyword: str, position: int | None = None) -> ast.expr | None:
    """The expression given for a keyword, or at a position."""
    for given in call.keywords:
        if given.arg == keyword:
            return given.value
    if position is not None and position < len(call.args) and not isinstance(call.args[position], ast.Starred):
        return call.args[position]
    return None


def texts(index: Index, expression: ast.expr | None, scope: Scope) -> list[str]:
    """The constant texts in a list, tuple or set."""
    if isinstance(expression, ast.Name | ast.Attribute):
        symbol = index.resolve(expression, scope)
        if isinstance(symbol, Variable) and symbol.values:
            return texts(index, symbol.values[-1], symbol.scope)
    if isinstance(expression, ast.List | ast.Tuple | ast.Set):
        found = [constant_text(index, element, scope) for element in expression.elts]
        return [text for text in found if text is not None]
    return []


def decorators_around(index: Index, function: Function) -> tuple[Function, ...]:
    """The folder's own functions that decorate `function`, outermost first, with what they decorate themselves by."""
    found: list[Function] = []
    for decorator in function.node.decorator_list:
        expression = decorator.func if isinstance(decorator, ast.Call) else decorator
        symbol = index.origin(index.resolve(expression, function.parent or function))
        if isinstance(symbol, Function) and symbol is not function:
            found.append(symbol)
            found.extend(
                inner
                for wrapper in symbol.nested()
                for inner in decorators_around(index, wrapper)
                if inner not in found and inner is not symbol
            )
    return tuple(found)
