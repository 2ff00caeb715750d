"""Binds targets, and notes what is written where."""

from __future__ import annotations

import ast

from crashworthy.source.flow.events import Write
from crashworthy.source.flow.expressions import Expressions
from crashworthy.source.flow.state import Frame
from crashworthy.source.flow.values import (
    UNKNOWN,
    Column,
    Instance,
    Known,
    Mapping,
    Memory,
    Mixed,
    Namespace,
    Ref,
    Request,
    Row,
    Text,
    Value,
    sources,
)
from crashworthy.source.symbols import Variable


class Assignments(Expressions):
    """The part of the machine that assigns."""

    def assign(self, target: ast.expr, value: Value, frame: Frame, node: ast.AST) -> None:
        """Bind a target, or note what is written."""
        match target:
            case ast.Name(id=name):
                if name in frame.scope.globals:
                    self._write_global(name, value, frame, node)
                else:
                    frame.env[name] = value
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                parts = self.parts(value, len(elements), node, frame)
                for element, part in zip(elements, parts, strict=True):
                    self.assign(element.value if isinstance(element, ast.Starred) else element, part, frame, node)
            case ast.Attribute(value=holder, attr=name):
                self._write(self.evaluate(holder, frame), name, value, frame, node)
            case ast.Subscript(value=holder, slice=key):
                held, key_value = self.evaluate(holder, frame), self.evaluate(key, frame)
                name = str(key_value.value) if isinstance(key_value, Known) else "*"
                self._write(held, name, value, frame, node)
                for source in sources(key_value):
                    if isinstance(held, Memory) and isinstance(source, Ref):
                        self.state.know(source.shape, "member")
            case _:
                pass

    def _write(self, held: Value, name: str, value: Value, frame: Frame, node: ast.AST) -> None:
        state = self.state
        match held:
            case Request(attributes=attributes) | Namespace(attributes=attributes) | Instance(attributes=attributes):
                attributes[name] = value
                if isinstance(held, Instance):
                    self.database.tables.note_column(held.class_, name, value)
            case Mapping(entries=entries):
                entries[name] = value
            case Row() | Column():
                if isinstance(held, Column) and not held.row.in_memory:
                    held = self.related(held)
                row = held if isinstance(held, Row) else held.row
                self.database.tables.note_table_column(row.table, name, value)
                column = name if isinstance(held, Row) or name == "*" else held.name
                state.note(
                    Write(
                        node, frame.scope, state.caught, row.table, column.lower(), value, (row,), state.session,
                        in_memory=row.in_memory, awaits=state.awaits,
                    )
                )  # fmt: skip
            case Memory():
                self.write_memory(held, name, value, frame, node)
            case _:
                pass

    def _write_global(self, name: str, value: Value, frame: Frame, node: ast.AST) -> None:
        variable = frame.scope.module.names.get(name)
        if isinstance(variable, Variable):
            memory = self.knowledge.memory(variable)
            if memory is not None:
                self.write_memory(memory, name, value, frame, node)

    def _delete(self, target: ast.expr, frame: Frame) -> None:
        if isinstance(target, ast.Subscript):
            self.evaluate(target.value, frame)
            self.evaluate(target.slice, frame)

    def _augmented(self, statement: ast.AugAssign, target: ast.expr, value: ast.expr, frame: Frame) -> None:
        loaded = _as_load(target)
        old = self.evaluate(loaded, frame)
        added = self.evaluate(value, frame)
        if isinstance(statement.op, ast.Add) and isinstance(added, Known) and isinstance(old, Known):
            result: Value = UNKNOWN
        else:
            result = Text((old, added)) if isinstance(statement.op, ast.Add) else Mixed((old, added))
        self.assign(target, result, frame, statement)


def _as_load(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.copy_location(ast.Name(name, ast.Load()), target)
        case ast.Attribute(value=value, attr=attribute):
            return ast.copy_location(ast.Attribute(value, attribute, ast.Load()), target)
        case ast.Subscript(value=value, slice=key):
            return ast.copy_location(ast.Subscript(value, key, ast.Load()), target)
        case _:
            return target
