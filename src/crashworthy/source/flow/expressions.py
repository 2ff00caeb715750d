"""Evaluates expressions of the source over unknown values."""

from __future__ import annotations

import ast

from crashworthy.source.flow.answers import Answers
from crashworthy.source.flow.calls import Calls
from crashworthy.source.flow.constants import (
    display,
    hashable,
    unstarred,
)
from crashworthy.source.flow.events import MissingKey, NoRow
from crashworthy.source.flow.knowledge import Knowledge
from crashworthy.source.flow.requests import attribute as request_attribute
from crashworthy.source.flow.requests import header_name
from crashworthy.source.flow.state import Frame, State
from crashworthy.source.flow.values import (
    UNKNOWN,
    ClassValue,
    Column,
    Fact,
    FunctionValue,
    Instance,
    Known,
    Length,
    Mapping,
    Memory,
    Mixed,
    Namespace,
    Query,
    Ref,
    Request,
    Response,
    Row,
    Setting,
    Several,
    Text,
    Value,
    sources,
)
from crashworthy.source.strings import text_of
from crashworthy.source.symbols import Class, External, Function, Module, Scope, Variable

_REQUESTS = {
    "flask.request": "flask", "quart.request": "quart", "flask.globals.request": "flask", "bottle.request": "bottle"
}  # fmt: skip
_LOCALS = frozenset({"flask.g", "quart.g", "flask.session", "quart.session", "flask_login.current_user"})
_MAX_ROUNDS = 20


class Expressions(Calls):
    """The part of the machine that evaluates expressions."""

    def __init__(self, knowledge: Knowledge, state: State, answers: Answers) -> None:
        super().__init__(knowledge, state, answers)
        self._related: dict[tuple[int, str], Row] = {}

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """The value of an expression; it stays in the frame's memo."""
        self.state.step()
        value = self._evaluate(node, frame)
        frame.memo[id(node)] = value
        return value

    def _evaluate(self, node: ast.expr, frame: Frame) -> Value:
        match node:
            case ast.Constant(value=constant):
                return Known(constant)
            case ast.Name(id=name):
                return frame.env[name] if name in frame.env else self.static(node, frame)
            case ast.Attribute():
                return self._attribute(node, frame)
            case ast.Subscript():
                return self._subscript(node, frame)
            case ast.Call():
                return self.call(node, frame)
            case ast.Await(value=inner):
                awaits = self.state.awaits
                value = self.evaluate(inner, frame)
                # Awaiting a coroutine of the folder suspends only where that one does, which was counted.
                if not self.is_own_call(inner, frame):
                    self.state.awaits = max(self.state.awaits, awaits + 1)
                return value
            case ast.BoolOp():
                return self._bool(node, frame)
            case ast.Compare():
                return self._compare(node, frame)
            case ast.UnaryOp(op=operator, operand=operand):
                value = self.evaluate(operand, frame)
                if isinstance(value, Known) and isinstance(value.value, int | float) and isinstance(operator, ast.USub):
                    return Known(-value.value)
                return Mixed((value,)) if sources(value) else UNKNOWN
            case ast.BinOp(left=left, right=right):
                return self._arithmetic(node, self.evaluate(left, frame), self.evaluate(right, frame), frame)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(test, body, orelse, frame)
            case ast.NamedExpr(target=target, value=inner):
                value = self.evaluate(inner, frame)
                self.assign(target, value, frame, node)
                return value
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return display([self.evaluate(unstarred(element), frame) for element in elements])
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, frame)
            case ast.JoinedStr(values=parts):
                evaluated = tuple(
                    self.evaluate(part.value, frame) for part in parts if isinstance(part, ast.FormattedValue)
                )
                if evaluated and isinstance(evaluated[0], Setting) and isinstance(parts[0], ast.FormattedValue):
                    return evaluated[0]
                if any(sources(one) for one in evaluated):
                    return Text(evaluated)
                text = text_of(self.index, node, frame.scope)
                return Known(text.start if text.complete else self._filled(parts, frame))
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                return self._comprehension([element], node.generators, frame)
            case ast.DictComp(key=key, value=value_node):
                made = self._comprehension([key, value_node], node.generators, frame)
                last = made.elements[-1] if isinstance(made, Several) and made.elements else UNKNOWN
                return Mapping({"*": last})
            case ast.Yield(value=inner) | ast.YieldFrom(value=inner):
                self.on_yield(self.evaluate(inner, frame) if inner is not None else UNKNOWN, frame)
                return UNKNOWN
            case ast.Starred(value=inner):
                return self.evaluate(inner, frame)
            case ast.Slice(lower=lower, upper=upper):
                for bound in (lower, upper):
                    if bound is not None:
                        self.evaluate(bound, frame)
                return UNKNOWN
            case _:
                return UNKNOWN

    def _filled(self, parts: list[ast.expr], frame: Frame) -> str:
        """A formatted text, with "{}" for what is not known."""
        filled = ""
        for part in parts:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            value = frame.memo.get(id(inner), UNKNOWN) if isinstance(inner, ast.expr) else UNKNOWN
            constant = inner.value if isinstance(inner, ast.Constant) else getattr(value, "value", None)
            filled += str(constant) if isinstance(constant, str | int) else "{}"
        return filled

    # Names

    def static(self, node: ast.expr, frame: Frame) -> Value:
        """The value of a name that is not local to the run."""
        symbol = self.index.resolve(node, frame.scope)
        match symbol:
            case Function():
                return FunctionValue(symbol)
            case Class():
                return ClassValue(symbol)
            case External(dotted=dotted):
                if dotted in _REQUESTS and self.state.request is not None:
                    return self.state.request
                return self.state.locals if dotted in _LOCALS else UNKNOWN
            case Variable() if isinstance(symbol.scope, Module | Class):
                return self._variable(symbol)
            case Variable() if isinstance(node, ast.Attribute) and self._is_singleton(node, frame):
                return self.knowledge.memory(symbol) or UNKNOWN
            case _:
                return UNKNOWN

    def _is_singleton(self, node: ast.Attribute, frame: Frame) -> bool:
        """Whether an attribute belongs to an object that a module makes once: `state = State()`, `state.wallets`."""
        holder = self.index.resolve(node.value, frame.scope)
        return isinstance(holder, Variable) and isinstance(holder.scope, Module)

    def _variable(self, variable: Variable) -> Value:
        memory = self.knowledge.memory(variable)
        if memory is not None:
            return memory
        return self.knowledge.constant(variable)

    def _attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        held = self.evaluate(node.value, frame)
        match held:
            case Request():
                return request_attribute(held, node.attr)
            case Namespace(attributes=attributes):
                return attributes.get(node.attr, UNKNOWN)
            case Instance(attributes=attributes, class_=class_):
                if node.attr in attributes:
                    return attributes[node.attr]
                member = self.index.class_member(class_, node.attr)
                return FunctionValue(member, owner=held) if isinstance(member, Function) else self._member(member)
            case Ref(shape=shape) if shape.declared is not None or shape.is_given:
                return Ref(shape.child(node.attr), is_answer=held.is_answer)
            case Ref(shape=shape) if node.attr == "filename":  # an upload's, which its sender chose
                return Ref(shape.child("filename"), is_text=True)
            case Row():
                self.use_row(held, node, frame.scope, "AttributeError")
                return self.column(held, node.attr.lower(), node)
            case Column(row=row):
                return self.column(row if row.in_memory else self.related(held), node.attr.lower(), node)
            case ClassValue(class_=class_):
                return self._class_attribute(class_, node.attr)
            case Query():
                return held if node.attr in {"objects", "query"} else UNKNOWN
            case Response():
                return self.response_attribute(held, node.attr)
            case Known() | Mapping() | Several() | Memory() | Length() | Mixed():
                return UNKNOWN
            case _:
                return self.static(node, frame)

    def _member(self, member: object) -> Value:
        return self._variable(member) if isinstance(member, Variable) else UNKNOWN

    def _class_attribute(self, class_: Class, name: str) -> Value:
        if name in {"objects", "query", "_default_manager"}:
            query = self.database.query(class_)
            if query is not None:
                return query
        member = self.index.class_member(class_, name)
        if isinstance(member, Function):
            return FunctionValue(member, owner=ClassValue(class_))
        if isinstance(member, Variable) and len(member.values) == 1:
            memory = self.knowledge.memory(member)
            if memory is not None:
                return memory
            value = self.knowledge.constant(member)
            return value if isinstance(value, Known) else UNKNOWN
        return UNKNOWN

    def related(self, column: Column) -> Row:
        """The row that a relationship leads to, read when it is first followed."""
        key = (id(column.row), column.name)
        if key not in self._related:
            row = Row(
                column.name, column.row.node, column.row.scope, session=column.row.session, awaits=column.row.awaits
            )
            self._related[key] = row
            self.state.rows.append(row)
            self.state.kept.append(column.row)
        return self._related[key]

    def use_row(self, row: Row, node: ast.AST, scope: Scope, error: str) -> None:
        """A row is used as if it existed."""
        if row.may_be_none and not self.state.knows(row, "present") and not self.state.has_found(row.table):
            self.state.note(NoRow(node, scope, self.state.caught, row, error))
            self.state.know(row, "present")

    # Subscripts

    def _subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        held = self.evaluate(node.value, frame)
        key = self.evaluate(node.slice, frame)
        match held:
            case Ref():
                return self._field(held, key, node, frame)
            case Mapping(entries=entries):
                name = str(key.value) if isinstance(key, Known) else "*"
                if held.rest is not None and name not in entries:
                    return self._field(held.rest, key, node, frame)
                return entries.get(name, entries.get("*", UNKNOWN))
            case Several(elements=elements) if isinstance(key, Known) and isinstance(key.value, int):
                return elements[key.value] if -len(elements) <= key.value < len(elements) else UNKNOWN
            case Known(value=container):
                return self._constant_item(container, key, node, frame)
            case Row():
                if isinstance(node.slice, ast.Slice):
                    return held
                self.use_row(held, node, frame.scope, "TypeError")
                if held.is_many:
                    return held
                if isinstance(key, Known) and isinstance(key.value, int) and not held.in_memory:
                    return held.at(key.value)
                return self.column(held, str(key.value).lower() if isinstance(key, Known) else "*", node)
            case Column(row=row):
                return self.column(row, held.name, node) if row.in_memory else Mixed((held,))
            case Memory():
                return self.memory_row(held, key, node, frame, may_be_none=False)
            case Query():
                return self.database.row(held, node, frame.scope)
            case Request(attributes=attributes) | Namespace(attributes=attributes) if isinstance(key, Known):
                return attributes.get(str(key.value), UNKNOWN)
            case Mixed():
                return held
            case _:
                return UNKNOWN

    def _constant_item(self, container: object, key: Value, node: ast.Subscript, frame: Frame) -> Value:
        if isinstance(container, dict):
            if isinstance(key, Known):
                return Known(container.get(key.value)) if hashable(key.value) else UNKNOWN
            ref = next((one for one in sources(key) if isinstance(one, Ref)), None)
            is_open = ref is not None and not ref.is_answer and not self.state.knows(ref.shape, "enum", "member")
            if ref is not None and is_open:
                self.state.note(MissingKey(node, frame.scope, self.state.caught, ref, "constant", "KeyError"))
        if isinstance(container, list | tuple) and isinstance(key, Known) and isinstance(key.value, int):
            return Known(container[key.value]) if -len(container) <= key.value < len(container) else UNKNOWN
        return UNKNOWN

    def _field(self, held: Ref, key: Value, node: ast.Subscript, frame: Frame) -> Value:
        shape = held.shape
        if isinstance(node.slice, ast.Slice):
            return held
        if not isinstance(key, Known):
            return Ref(shape.any_child(), is_answer=held.is_answer, is_text=held.is_text)
        if isinstance(key.value, int):
            return Ref(shape.element(), is_answer=held.is_answer)
        name = header_name(str(key.value))
        child = shape.child(name)
        if not self.state.knows(child, "present"):
            if not child.is_given and not held.is_answer:
                self.state.note(
                    MissingKey(node, frame.scope, self.state.caught, Ref(child), shape.name or "document", "KeyError")
                )
            child.required = True
        self.state.know(child, "present")
        return Ref(child, is_answer=held.is_answer, is_text=held.is_text)

    # Displays

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr], frame: Frame) -> Value:
        entries: dict[str, Value] = {}
        rest: Ref | None = None
        constants: dict[object, object] = {}
        all_known = True
        for key, value_node in zip(keys, values, strict=True):
            value = self.evaluate(value_node, frame)
            if key is None and isinstance(value, Ref):
                rest = value
            known_key = self.evaluate(key, frame) if key is not None else UNKNOWN
            if isinstance(known_key, Known) and hashable(known_key.value):
                entries[str(known_key.value)] = value
                if isinstance(value, Known):
                    constants[known_key.value] = value.value
                    continue
            all_known = False
        return Known(constants) if all_known and constants else Mapping(entries, rest)

    def _comprehension(self, parts: list[ast.expr], generators: list[ast.comprehension], frame: Frame) -> Value:
        found: list[Value] = []
        where_empty: list[Fact] = []
        before = dict(frame.env)
        with self.state.branch():
            self._rounds(parts, generators, frame, found, where_empty)
        frame.env = before
        if any(generator.ifs for generator in generators):
            # Several tests of one element are refuted by any of them.
            alone = len(generators) == 1 and len(generators[0].ifs) == 1
            return Several(tuple(found), tuple(where_empty) if alone else ()) if found else UNKNOWN
        return display(found) if found else UNKNOWN

    def _rounds(
        self,
        parts: list[ast.expr],
        generators: list[ast.comprehension],
        frame: Frame,
        found: list[Value],
        where_empty: list[Fact],
    ) -> None:
        if not generators:
            found.extend(self.evaluate(part, frame) for part in parts)
            return
        generator, rest = generators[0], generators[1:]
        for element in self.elements(self.evaluate(generator.iter, frame), generator.iter, frame)[:_MAX_ROUNDS]:
            self.assign(generator.target, element, frame, generator.iter)
            for test in generator.ifs:
                self.evaluate(test, frame)
                for fact in self.read_facts(frame).of(test, True):
                    self.state.know(fact.thing, fact.knows)
                # `missing = [name for name in required if name not in data]`: what is asked for is required.
                for fact in self.read_facts(frame).of(test, False):
                    fact.apply()
                    where_empty.append(fact)
            self._rounds(parts, rest, frame, found, where_empty)

    def elements(self, value: Value, node: ast.AST, frame: Frame) -> list[Value]:
        """What iterating over a value gives; `node` is where that happens."""
        match value:
            case Several(elements=elements):
                return list(elements)
            case Known(value=list() | tuple() | set() | frozenset() | dict() as container):
                return [Known(element) for element in list(container)[:_MAX_ROUNDS]]
            case Ref(shape=shape) if "object" in shape.kinds or shape.any_field is not None:
                return [UNKNOWN]  # a name of a field, whichever
            case Ref(shape=shape):
                if not shape.fields:
                    shape.ask("array")
                    return [Ref(shape.element(), is_answer=value.is_answer)]
                return [Ref(shape.any_child(), is_answer=value.is_answer)]
            case Row():
                return [value]
            case Query():
                return [self.database.row(value, node, frame.scope)]
            case Mapping():
                return [UNKNOWN]
            case Column(row=row):
                return [Column(row, "*") if row.in_memory else self.related(value)]
            case _:
                return [UNKNOWN]

    def parts(self, value: Value, count: int, node: ast.AST, frame: Frame) -> list[Value]:
        """The parts of a value that is unpacked into `count` targets."""
        if isinstance(value, Several) and len(value.elements) == count:
            return list(value.elements)
        if isinstance(value, Known) and isinstance(value.value, list | tuple) and len(value.value) == count:
            return [Known(part) for part in value.value]
        if isinstance(value, Row) and not value.in_memory:
            self.use_row(value, node, frame.scope, "TypeError")
            return [value.at(position) for position in range(count)]
        if isinstance(value, Row | Column):
            return [value] * count
        return [UNKNOWN] * count
