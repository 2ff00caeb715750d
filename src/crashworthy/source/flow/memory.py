"""Containers and numbers in the process's memory that requests share."""

from __future__ import annotations

import ast

from crashworthy.source.flow.answers import Answers
from crashworthy.source.flow.base import MachineBase
from crashworthy.source.flow.events import Insert, MissingKey, Write
from crashworthy.source.flow.state import Frame, State
from crashworthy.source.flow.values import (
    UNKNOWN,
    Memory,
    Ref,
    Row,
    Several,
    Value,
    sources,
)
from crashworthy.source.index import Index
from crashworthy.source.symbols import Class, Module, Variable

_CONTAINERS = frozenset({"dict", "list", "set", "defaultdict", "Counter", "OrderedDict", "deque"})


class Memories(MachineBase):
    """The part of the machine that knows them."""

    def __init__(self, index: Index, state: State, answers: Answers) -> None:
        super().__init__(index, state, answers)
        self._memories: dict[int, Memory | None] = {}

    def memory(self, variable: Variable) -> Memory | None:
        """A container, or a number that functions rebind, at module or class level: shared by all requests."""
        if id(variable) not in self._memories:
            self._memories[id(variable)] = self._find_memory(variable)
        return self._memories[id(variable)]

    def _find_memory(self, variable: Variable) -> Memory | None:
        if not isinstance(variable.scope, Module | Class) or not variable.values:
            return None
        value = variable.values[0]
        name = f"{variable.scope.file.path}:{variable.name}"
        is_empty = isinstance(value, ast.Dict | ast.List | ast.Set)
        called = ast.unparse(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""
        if (is_empty or called in _CONTAINERS) and self._is_changed(variable):
            return Memory(name, called or type(value).__name__.lower())
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float) and self._is_rebound(variable):
            return Memory(name, "number")
        return None

    def _is_changed(self, variable: Variable) -> bool:
        """Whether a function changes it: a table of constants is no state."""
        module = variable.scope.module
        return (
            any(
                isinstance(node, ast.Name) and node.id == variable.name
                for function in module.functions
                for changing in ast.walk(function.node)
                for node in _changed(changing)
            )
            or any(variable.name in function.globals for function in module.functions)
            or self._is_changed_elsewhere(variable)
        )

    def _is_changed_elsewhere(self, variable: Variable) -> bool:
        for other in self.index.service_modules:
            if other is variable.scope.module or variable.name not in other.file.text:
                continue
            for function in other.functions:
                for changing in ast.walk(function.node):
                    for node in _changed(changing):
                        if self.index.resolve(node, function) is variable:
                            return True
        return False

    def _is_rebound(self, variable: Variable) -> bool:
        return any(variable.name in function.globals for function in variable.scope.module.functions)

    def memory_row(self, memory: Memory, key: Value, node: ast.AST, frame: Frame, *, may_be_none: bool) -> Row:
        """An entry of a shared container is read."""
        state = self.state
        row = Row(
            memory.name, node, frame.scope, session=state.session, in_memory=True, may_be_none=may_be_none,
            awaits=state.awaits, filters=frozenset({"key"}),
        )  # fmt: skip
        state.rows.append(row)
        ref = next((one for one in sources(key) if isinstance(one, Ref)), None)
        is_checked = ref is None or ref.is_answer or state.knows(ref.shape, "enum", "member")
        if not is_checked and ref is not None and not may_be_none and memory.kind in {"dict", "OrderedDict"}:
            state.note(MissingKey(node, frame.scope, state.caught, ref, memory.name, "KeyError"))
        return row

    def write_memory(self, memory: Memory, name: str, value: Value, frame: Frame, node: ast.AST) -> None:
        """An entry of a shared container is set, or a shared number rebound."""
        state = self.state
        state.note(
            Write(
                node, frame.scope, state.caught, memory.name, name.lower(), value, state.rows_of(memory.name),
                state.session, in_memory=True, awaits=state.awaits,
            )
        )  # fmt: skip

    def _memory_method(self, memory: Memory, name: str, node: ast.Call, arguments: list[Value], frame: Frame) -> Value:
        key = arguments[0] if arguments else UNKNOWN
        if name == "get":
            return self.memory_row(memory, key, node, frame, may_be_none=len(arguments) < 2)
        if name in {"values", "items", "copy"}:
            row = self.memory_row(memory, UNKNOWN, node, frame, may_be_none=False)
            return Several((Several((UNKNOWN, row)),)) if name == "items" else Several((row,))
        if name in {"append", "add", "update", "insert"}:
            state = self.state
            state.note(
                Insert(
                    node, frame.scope, state.caught, memory.name, state.rows_of(memory.name), state.session,
                    in_memory=True, awaits=state.awaits,
                )
            )  # fmt: skip
        return UNKNOWN


def _changed(node: ast.AST) -> list[ast.expr]:
    """What a statement or call changes in place: `x` of `x[k] = v`, `x.append(v)`, `del x[k]`."""
    match node:
        case ast.Subscript(value=held, ctx=ast.Store() | ast.Del()):
            return [held.value if isinstance(held, ast.Subscript) else held]
        case ast.Call(func=ast.Attribute(value=held, attr=name)) if name in {
            "append", "add", "update", "setdefault", "pop", "remove", "insert", "extend", "clear", "discard", "popitem",
            "appendleft", "popleft",
        }:  # fmt: skip
            return [held]
        case _:
            return []
