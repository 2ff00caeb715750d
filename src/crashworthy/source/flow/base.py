"""What the parts of the machine share, and what each may ask of the others."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from dataclasses import replace

from crashworthy.source.flow.answers import Answers
from crashworthy.source.flow.database import Database
from crashworthy.source.flow.facts import Facts
from crashworthy.source.flow.knowledge import Knowledge
from crashworthy.source.flow.state import Frame, State
from crashworthy.source.flow.values import (
    UNKNOWN,
    Column,
    FunctionValue,
    Known,
    Ref,
    Row,
    Value,
)
from crashworthy.source.symbols import Scope


class MachineBase(ABC):
    """`answers` are the shapes of what outbound calls are answered."""

    def __init__(self, knowledge: Knowledge, state: State, answers: Answers) -> None:
        self.knowledge = knowledge
        self.index = knowledge.index
        self.schemas = knowledge.schemas
        self.state = state
        self.answers = answers
        self.database = Database(knowledge.tables, state)

    @abstractmethod
    def evaluate(self, node: ast.expr, frame: Frame) -> Value: ...  # noqa: D102

    @abstractmethod
    def invoke(  # noqa: D102
        self,
        callee: FunctionValue,
        arguments: list[Value],
        keywords: dict[str, Value],
        *,
        is_open: bool = False,
        depth: int = 0,
        inner: tuple[Frame, list[ast.stmt], ast.expr | None] | None = None,
    ) -> Value: ...

    @abstractmethod
    def assign(self, target: ast.expr, value: Value, frame: Frame, node: ast.AST) -> None: ...  # noqa: D102

    @abstractmethod
    def on_yield(self, value: Value, frame: Frame) -> None: ...  # noqa: D102

    @abstractmethod
    def use_row(self, row: Row, node: ast.AST, scope: Scope, error: str) -> None: ...  # noqa: D102

    @abstractmethod
    def want(self, ref: Ref, kind: str, use: str, node: ast.AST, scope: Scope, error: str) -> None: ...  # noqa: D102

    def truth(self, value: Value, node: ast.expr) -> bool | None:
        """Whether a value is true, where that is known."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return None
        if isinstance(value, Known) and not isinstance(node, ast.Constant):
            return bool(value.value)
        return None

    def column(self, row: Row, name: str, node: ast.AST) -> Column:
        """A column of a row, as it is read at `node`."""
        if row.in_memory:
            row = replace(row, node=node, session=self.state.session, awaits=self.state.awaits)
        return Column(row, name)

    def read_facts(self, frame: Frame) -> Facts:
        """Reads conditions whose parts were just evaluated in `frame`."""
        return Facts(lambda expression: frame.memo.get(id(expression), UNKNOWN))

    def certain(self, row: Row) -> Row:
        """The row where something else takes its place if it is not there."""
        one = replace(row, may_be_none=False)
        self.state.rows.append(one)
        return one
