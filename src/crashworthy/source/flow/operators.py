"""Evaluates operators and conditions."""

from __future__ import annotations

import ast

from crashworthy.source.flow.constants import (
    constant_arithmetic,
    constant_compare,
)
from crashworthy.source.flow.events import WrongType
from crashworthy.source.flow.methods import Methods
from crashworthy.source.flow.refusal import never_returns
from crashworthy.source.flow.state import Frame, merged
from crashworthy.source.flow.values import (
    UNKNOWN,
    Column,
    Known,
    Memory,
    Mixed,
    Ref,
    Row,
    Setting,
    Text,
    Value,
    sources,
)
from crashworthy.source.symbols import Scope

_ORDERED = ast.Lt | ast.LtE | ast.Gt | ast.GtE
# What must be known of a value before it can be used as of a JSON type.
_ENOUGH: dict[str, tuple[str, ...]] = {
    "string": ("type:string", "enum", "length", "pattern"),
    "number": ("type:integer", "type:number", "enum", "digits"),
    "object": ("type:object", "enum"),
}


class Operators(Methods):
    """The part of the machine that evaluates them."""

    def _bool(self, node: ast.BoolOp, frame: Frame) -> Value:
        values: list[Value] = []
        with self.state.branch():
            for part in node.values:
                value = self.evaluate(part, frame)
                truth = self.truth(value, part)
                values.append(value)
                is_and = isinstance(node.op, ast.And)
                if truth is not None and truth != is_and:
                    break
                for fact in self.read_facts(frame).of(part, is_and):
                    self.state.know(fact.thing, fact.knows)
        last = node.values[-1]
        if isinstance(node.op, ast.Or) and isinstance(last, ast.Call) and never_returns(self.index, last, frame.scope):
            for fact in self.read_facts(frame).of(node.values[0], True):  # `find(...) or abort(404)`
                self.state.know(fact.thing, fact.knows)
                fact.apply()
            return values[0]
        if isinstance(node.op, ast.Or) and isinstance(values[0], Row) and values[0].may_be_none and len(values) > 1:
            return self.certain(values[0])
        if isinstance(node.op, ast.Or) and len(values) == 2 and isinstance(values[0], Ref):
            if isinstance(values[1], Known) and values[0].shape.default is None:
                return values[0]
            return values[0] if not isinstance(values[1], Ref) else Mixed(tuple(values))
        found = [value for value in values if sources(value)]
        return Mixed(tuple(found)) if found else merged(values)

    def _compare(self, node: ast.Compare, frame: Frame) -> Value:
        lefts = [node.left, *node.comparators[:-1]]
        self.evaluate(node.left, frame)
        found: list[Value] = []
        for left, operator, right in zip(lefts, node.ops, node.comparators, strict=True):
            one, other = frame.memo[id(left)], self.evaluate(right, frame)
            found += [one, other]
            if isinstance(operator, ast.In | ast.NotIn) and isinstance(other, Memory):
                found.append(Column(self.memory_row(other, one, node, frame, may_be_none=True), "*"))
            if isinstance(operator, _ORDERED):
                self._ordered(node, one, other, frame)
                self._ordered(node, other, one, frame)
            elif isinstance(operator, ast.Eq):
                _note_likely(one, other)
            if isinstance(one, Known) and isinstance(other, Known) and len(node.ops) == 1:
                answer = constant_compare(one.value, operator, other.value)
                if answer is not None:
                    return Known(answer)
        used = [value for value in found if sources(value) or isinstance(value, Row)]
        columns = [Column(value, "*") if isinstance(value, Row) else value for value in used]
        return Mixed(tuple(columns)) if columns else UNKNOWN

    def _ordered(self, node: ast.AST, value: Value, other: Value, frame: Frame) -> None:
        is_text = isinstance(other, Known) and isinstance(other.value, str)
        if isinstance(value, Ref) and not is_text:
            self.want(value, "number", "compared with a number", node, frame.scope, "TypeError")

    def want(self, ref: Ref, kind: str, use: str, node: ast.AST, scope: Scope, error: str) -> None:
        """The source uses a value as if it were of a JSON type."""
        shape = ref.shape
        known = _ENOUGH[kind]
        safe = ref.converted or shape.is_given or (ref.is_text and kind == "string")
        defaulted = shape.default is not None and ref.is_text
        if not safe and not defaulted and not self.state.knows(shape, *known):
            self.state.note(WrongType(node, scope, self.state.caught, ref, kind, use, error))
            self.state.know(shape, f"type:{kind}")
        shape.ask("numeric" if kind == "number" else kind)

    def _arithmetic(self, node: ast.BinOp, left: Value, right: Value, frame: Frame) -> Value:
        for value, other in ((left, right), (right, left)):
            if isinstance(value, Ref) and not value.is_text and not isinstance(node.op, ast.Mod):
                is_text = isinstance(other, Known) and isinstance(other.value, str)
                if isinstance(node.op, ast.Add) and not isinstance(other, Known | Column | Mixed):
                    continue
                self.want(value, "string" if is_text else "number", "computed with", node, frame.scope, "TypeError")
        if isinstance(left, Setting):
            return left
        if isinstance(left, Known) and isinstance(right, Known):
            return constant_arithmetic(left.value, node.op, right.value)
        if not (sources(left) or sources(right)):
            return UNKNOWN
        return Text((left, right)) if isinstance(node.op, ast.Add | ast.Mod) else Mixed((left, right))

    def _choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr, frame: Frame) -> Value:
        truth = self.truth(self.evaluate(test, frame), test)
        if truth is not None:
            return self.evaluate(body if truth else orelse, frame)
        facts = self.read_facts(frame)
        values = []
        for branch, holds in ((body, True), (orelse, False)):
            with self.state.branch():
                for fact in facts.of(test, holds):
                    self.state.know(fact.thing, fact.knows)
                values.append(self.evaluate(branch, frame))
        found = [value for value in values if sources(value)]
        return Mixed(tuple(found)) if len(found) > 1 else merged(values)


def _note_likely(value: Value, other: Value) -> None:
    constant = other.value if isinstance(other, Known) else None
    if isinstance(value, Ref) and value.is_answer and isinstance(constant, str | int | float):
        value.shape.likely.append(constant)
