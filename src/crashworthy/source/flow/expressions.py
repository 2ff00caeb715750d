"""Evaluates expressions of the source over unknown values."""

from __future__ import annotations

import ast
from dataclasses import replace

from crashworthy.source.flow.answers import Answers
from crashworthy.source.flow.calls import Calls
from crashworthy.source.flow.events import MissingKey, NoRow, WrongType
from crashworthy.source.flow.facts import Facts
from crashworthy.source.flow.refusal import never_returns
from crashworthy.source.flow.requests import attribute as request_attribute
from crashworthy.source.flow.requests import header_name
from crashworthy.source.flow.state import Frame, State, merged
from crashworthy.source.flow.values import (
    UNKNOWN,
    ClassValue,
    Column,
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
    Value,
    sources,
)
from crashworthy.source.index import Index
from crashworthy.source.strings import text_of
from crashworthy.source.symbols import Class, External, Function, Module, Scope, Variable

_REQUESTS = {"flask.request": "flask", "quart.request": "quart", "flask.globals.request": "flask"}
_LOCALS = frozenset({"flask.g", "quart.g", "flask.session", "quart.session", "flask_login.current_user"})
_ORDERED = ast.Lt | ast.LtE | ast.Gt | ast.GtE
_CONTAINERS = frozenset({"dict", "list", "set", "defaultdict", "Counter", "OrderedDict", "deque"})
_MAX_ROUNDS = 20
# What must be known of a value before it can be used as of a JSON type.
_ENOUGH: dict[str, tuple[str, ...]] = {
    "string": ("type:string", "enum", "length", "pattern"),
    "number": ("type:integer", "type:number", "enum", "digits"),
    "object": ("type:object", "enum"),
}


class Expressions(Calls):
    """The part of the machine that evaluates expressions."""

    def __init__(self, index: Index, state: State, answers: Answers) -> None:
        super().__init__(index, state, answers)
        self._memories: dict[int, Memory | None] = {}
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
                return _display([self.evaluate(_unstarred(element), frame) for element in elements])
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, frame)
            case ast.JoinedStr(values=parts):
                evaluated = tuple(
                    self.evaluate(part.value, frame) for part in parts if isinstance(part, ast.FormattedValue)
                )
                if evaluated and isinstance(evaluated[0], Setting) and isinstance(parts[0], ast.FormattedValue):
                    return evaluated[0]
                if any(sources(one) for one in evaluated):
                    return Mixed(evaluated)
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
            case _:
                return UNKNOWN

    def _variable(self, variable: Variable) -> Value:
        memory = self.memory(variable)
        if memory is not None:
            return memory
        if len(variable.values) == 1:
            return constant_of(self.index, variable.values[0], variable.scope)
        return UNKNOWN

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
            case Row():
                self.use_row(held, node, frame.scope, "AttributeError")
                return Column(held, node.attr.lower())
            case Column(row=row):
                return Column(row if row.in_memory else self.related(held), node.attr.lower())
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
            memory = self.memory(member)
            if memory is not None:
                return memory
            value = constant_of(self.index, member.values[0], class_)
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

    def certain(self, row: Row) -> Row:
        """The row where something else takes its place if it is not there."""
        one = replace(row, may_be_none=False)
        self.state.rows.append(one)
        return one

    def read_facts(self, frame: Frame) -> Facts:
        """Reads conditions whose parts were just evaluated in `frame`."""
        return Facts(lambda expression: frame.memo.get(id(expression), UNKNOWN))

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
                return Column(held, str(key.value).lower() if isinstance(key, Known) else "*")
            case Column(row=row):
                return held if row.in_memory else Mixed((held,))
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
                return Known(container.get(key.value)) if _hashable(key.value) else UNKNOWN
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

    # Operators

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
                answer = _constant_compare(one.value, operator, other.value)
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
        return Mixed((left, right)) if sources(left) or sources(right) else UNKNOWN

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
            if isinstance(known_key, Known) and _hashable(known_key.value):
                entries[str(known_key.value)] = value
                if isinstance(value, Known):
                    constants[known_key.value] = value.value
                    continue
            all_known = False
        return Known(constants) if all_known and constants else Mapping(entries, rest)

    def _comprehension(self, parts: list[ast.expr], generators: list[ast.comprehension], frame: Frame) -> Value:
        found: list[Value] = []
        before = dict(frame.env)
        with self.state.branch():
            self._rounds(parts, generators, frame, found)
        frame.env = before
        return _display(found) if found else UNKNOWN

    def _rounds(
        self, parts: list[ast.expr], generators: list[ast.comprehension], frame: Frame, found: list[Value]
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
            self._rounds(parts, rest, frame, found)

    def elements(self, value: Value, node: ast.AST, frame: Frame) -> list[Value]:
        """What iterating over a value gives; `node` is where that happens."""
        match value:
            case Several(elements=elements):
                return list(elements)
            case Known(value=list() | tuple() | set() | frozenset() | dict() as container):
                return [Known(element) for element in list(container)[:_MAX_ROUNDS]]
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

    def truth(self, value: Value, node: ast.expr) -> bool | None:
        """Whether a value is true, where that is known."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return None
        if isinstance(value, Known) and not isinstance(node, ast.Constant):
            return bool(value.value)
        return None


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


def _constant_compare(left: object, operator: ast.cmpop, right: object) -> bool | None:
    match operator:
        case ast.Eq():
            return left == right
        case ast.NotEq():
            return left != right
        case ast.Is():
            return left is right if left is None or right is None else None
        case ast.IsNot():
            return left is not right if left is None or right is None else None
        case ast.In() | ast.NotIn() if isinstance(right, list | tuple | set | frozenset | dict) and _hashable(left):
            return (left in right) == isinstance(operator, ast.In)
        case _:
            return None


def _note_likely(value: Value, other: Value) -> None:
    constant = other.value if isinstance(other, Known) else None
    if isinstance(value, Ref) and value.is_answer and isinstance(constant, str | int | float):
        value.shape.likely.append(constant)


def _display(values: list[Value]) -> Value:
    if values and all(isinstance(value, Known) for value in values):
        return Known(tuple(value.value for value in values if isinstance(value, Known)))
    return Several(tuple(values))


def _unstarred(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Starred) else node


def _hashable(value: object) -> bool:
    return isinstance(value, str | int | float | bool | bytes) or value is None


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
