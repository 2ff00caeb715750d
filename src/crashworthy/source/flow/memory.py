"""Containers and numbers in the process's memory that requests share."""

from __future__ import annotations

import ast

from crashworthy.source.flow.base import MachineBase
from crashworthy.source.flow.events import Insert, MissingKey, Write
from crashworthy.source.flow.state import Frame
from crashworthy.source.flow.values import (
    UNKNOWN,
    Memory,
    Ref,
    Row,
    Several,
    Value,
    sources,
)


class Memories(MachineBase):
    """The part of the machine that knows them."""

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
