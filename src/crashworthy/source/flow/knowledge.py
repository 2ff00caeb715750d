"""What all runs over a folder share: schemas, tables, shared containers and constants, each worked out once."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property

from crashworthy.source.flow.constants import constant_of
from crashworthy.source.flow.tables import Tables
from crashworthy.source.flow.values import UNKNOWN, Instance, Memory, Value
from crashworthy.source.index import Index, dotted_name
from crashworthy.source.marshmallow import is_marshmallow
from crashworthy.source.schemas import Schemas
from crashworthy.source.symbols import Class, Function, Module, Variable

_CONTAINERS = frozenset({"dict", "list", "set", "defaultdict", "Counter", "OrderedDict", "deque"})
_CHANGING = frozenset(
    {"append", "add", "update", "setdefault", "pop", "remove", "insert", "extend", "clear", "discard", "popitem",
     "appendleft", "popleft"}
)  # fmt: skip


class Knowledge:
    """Knows the folder behind an index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.schemas = Schemas(index)
        self.tables = Tables(index)
        self._memories: dict[int, Memory | None] = {}
        self._constants: dict[int, Value] = {}

    def constant(self, variable: Variable) -> Value:
        """The constant that a module or class binds to a name, once and for all."""
        if id(variable) not in self._constants:
            once = len(variable.values) == 1
            self._constants[id(variable)] = self._bound(variable.values[0], variable) if once else UNKNOWN
        return self._constants[id(variable)]

    def _bound(self, value: ast.expr, variable: Variable) -> Value:
        made = self.index.resolve(value.func, variable.scope) if isinstance(value, ast.Call) else None
        if isinstance(made, Class) and is_marshmallow(made, self.index):
            return Instance(made, {})
        return constant_of(self.index, value, variable.scope)

    def memory(self, variable: Variable) -> Memory | None:
        """A container, or a number that functions rebind, at module or class level: shared by all requests."""
        if id(variable) not in self._memories:
            self._memories[id(variable)] = self._find_memory(variable)
        return self._memories[id(variable)]

    def _find_memory(self, variable: Variable) -> Memory | None:
        in_initializer = isinstance(variable.scope, Function) and variable.scope.name == "__init__"
        if not (in_initializer or isinstance(variable.scope, Module | Class)) or not variable.values:
            return None
        value = variable.values[0]
        name = f"{variable.scope.file.path}:{variable.name}"
        is_display = isinstance(value, ast.Dict | ast.List | ast.Set)
        called = ast.unparse(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""
        if called == "field" and isinstance(value, ast.Call):  # a dataclass: field(default_factory=dict)
            factories = [one.value for one in value.keywords if one.arg == "default_factory"]
            called = ast.unparse(factories[0]) if factories else ""
        is_rebound = any(variable.name in function.globals for function in variable.scope.module.functions)
        if is_display or called in _CONTAINERS:
            # A table of constants, which no function changes, is no state.
            is_state = is_rebound or self._is_changed(variable)
            return Memory(name, called or type(value).__name__.lower()) if is_state else None
        is_number = isinstance(value, ast.Constant) and isinstance(value.value, int | float)
        return Memory(name, "number") if is_number and is_rebound else None

    def _is_changed(self, variable: Variable) -> bool:
        module = variable.scope.module
        for other, changed in self._changes.get(variable.name, ()):
            if other is module or self.index.resolve(changed, other) is variable:
                return True
        return False

    @cached_property
    def _changes(self) -> dict[str, list[tuple[Module, ast.expr]]]:
        """What is changed in place within functions, by the last part of its name, with the module that does it."""
        found: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        for module in self.index.service_modules:
            for function in module.functions:
                if isinstance(function.parent, Module | Class):  # nested functions are walked with those around them
                    for node in ast.walk(function.node):
                        changed = _changed(node)
                        name = dotted_name(changed) if changed is not None else None
                        if name is not None and changed is not None:
                            found[name.rpartition(".")[2]].append((module, changed))
        return found


def _changed(node: ast.AST) -> ast.expr | None:
    """What a statement or call changes in place: `x` of `x[k] = v`, `x.append(v)`, `del x[k]`."""
    match node:
        case ast.Subscript(value=held, ctx=ast.Store() | ast.Del()):
            return held.value if isinstance(held, ast.Subscript) else held
        case ast.Call(func=ast.Attribute(value=held, attr=name)) if name in _CHANGING:
            return held
        case _:
            return None
