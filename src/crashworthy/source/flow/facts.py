"""What a condition says of the values in it when it holds, and when it does not."""

from __future__ import annotations

import ast
from collections.abc import Callable

from crashworthy.core.value import Json
from crashworthy.source.flow.shape import Shape
from crashworthy.source.flow.values import (
    UNKNOWN,
    Column,
    Fact,
    Known,
    Length,
    Mixed,
    Ref,
    Row,
    Several,
    Value,
    sources,
)

_TYPES = {
    "str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object", "list": "array",
    "Decimal": "number", "Number": "number", "Real": "number", "Integral": "integer", "Mapping": "object",
}  # fmt: skip
_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq,
}  # fmt: skip
_NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_BOUNDS: dict[type[ast.cmpop], str] = {
    ast.Lt: "exclusiveMaximum", ast.LtE: "maximum", ast.Gt: "exclusiveMinimum", ast.GtE: "minimum",
}  # fmt: skip


class Facts:
    """Reads conditions. `value_of` gives the value that an expression had when it was evaluated."""

    def __init__(self, value_of: Callable[[ast.expr], Value]) -> None:
        self.value_of = value_of

    def of(self, test: ast.expr, truth: bool) -> list[Fact]:
        """What holds when `test` came out as `truth`."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.of(operand, not truth)
            case ast.BoolOp(op=operator, values=parts):
                if isinstance(operator, ast.And) == truth:
                    return [fact for part in parts for fact in self.of(part, truth)]
                return []
            case ast.NamedExpr(value=value):
                return self._truth(self.value_of(test), truth) or self.of(value, truth)
            case ast.Compare(left=left, ops=operators, comparators=comparators):
                if not truth and len(operators) > 1:
                    return []
                found, lefts = [], [left, *comparators[:-1]]
                for one, operator_, other in zip(lefts, operators, comparators, strict=True):
                    kind = type(operator_) if truth else _NEGATED[type(operator_)]
                    found.extend(self._compare(one, kind, other))
                return found
            case ast.Call():
                return self._call(test, truth)
            case _:
                return self._truth(self.value_of(test), truth)

    def _truth(self, value: Value, truth: bool) -> list[Fact]:
        match value:
            case Ref(shape=shape) if truth:
                return [_present(shape), Fact(shape, "truthy", lambda: _set_truthy(shape))]
            case Row() if truth:
                return [Fact(value, "present")]
            case Several(where_empty=facts) if not truth:
                return list(facts)
            case Mixed(parts=(Ref() as first, *_)) if truth:
                return self._truth(first, truth)
            case _:
                return []

    # Comparisons

    def _compare(self, left: ast.expr, kind: type[ast.cmpop], right: ast.expr) -> list[Fact]:
        if kind in {ast.Is, ast.Eq} and isinstance(left, ast.Call) and ast.unparse(left.func) == "type" and left.args:
            of, json_type = self.value_of(left.args[0]), _TYPES.get(ast.unparse(right).rpartition(".")[2])
            if isinstance(of, Ref) and json_type is not None:  # `type(x) is int`
                return [_typed(of.shape, json_type), _present(of.shape)]
        one, other = self.value_of(left), self.value_of(right)
        if kind in {ast.Is, ast.IsNot}:
            return self._identity(one, kind, other)
        if kind in {ast.In, ast.NotIn}:
            return self._membership(one, kind is ast.In, other)
        facts = self._bound(one, kind, other)
        if kind in _FLIPPED:
            facts += self._bound(other, _FLIPPED[kind], one)
        return facts

    def _identity(self, one: Value, kind: type[ast.cmpop], other: Value) -> list[Fact]:
        if not (isinstance(other, Known) and other.value is None):
            if isinstance(one, Ref) and isinstance(other, Known) and kind is ast.Is:
                return [_typed(one.shape, "boolean")] if isinstance(other.value, bool) else []
            return []
        if kind is ast.IsNot:
            if isinstance(one, Ref):
                return [_present(one.shape)]
            if isinstance(one, Row):
                return [Fact(one, "present")]
        return []

    def _membership(self, one: Value, is_in: bool, other: Value) -> list[Fact]:
        if not is_in:
            return []
        if isinstance(one, Known) and isinstance(other, Ref):
            if (
                isinstance(one.value, str)
                and other.shape.kinds != ["string"]
                and one.value not in {"@", ".", " ", "/", ":"}
            ):
                return [_present(other.shape.child(one.value)), _typed(other.shape, "object")]
            shape = other.shape
            email = [Fact(shape, "type:string", lambda: shape.limit("format", "email"))] if one.value == "@" else []
            return [*email, _typed(shape, "string")] if isinstance(one.value, str) else []
        ref = _first_ref(one)
        if (
            ref is not None
            and isinstance(other, Known)
            and isinstance(other.value, list | tuple | set | frozenset | dict)
        ):
            values = sorted(other.value, key=str) if isinstance(other.value, set | frozenset) else list(other.value)
            options: list[Json] = [value for value in values if isinstance(value, str | int | float)]
            shape = ref.shape
            if options and len(options) == len(values):
                return [Fact(shape, "enum", lambda: _set_enum(shape, options)), _present(shape)]
        if ref is not None:
            return [Fact(ref.shape, "member")]
        return []

    def _bound(self, one: Value, kind: type[ast.cmpop], other: Value) -> list[Fact]:
        if not isinstance(other, Known):
            return []
        limit = other.value
        if isinstance(one, Length) and isinstance(limit, int):
            shape, keyword = one.ref.shape, _BOUNDS.get(kind)
            if keyword is None:
                return []
            word = "minLength" if "Minimum" in keyword or keyword == "minimum" else "maxLength"
            number = limit + (1 if keyword == "exclusiveMinimum" else -1 if keyword == "exclusiveMaximum" else 0)
            return [Fact(shape, "length", lambda: shape.limit(word, number)), _present(shape)]
        if not isinstance(one, Ref):
            return []
        shape = one.shape
        if kind in _BOUNDS and isinstance(limit, int | float):
            keyword = _BOUNDS[kind]
            return [Fact(shape, f"bound:{keyword}", lambda: shape.limit(keyword, limit)), _present(shape)]
        if kind is ast.Eq and isinstance(limit, str | int | float) and limit != "":
            return [Fact(shape, "enum", lambda: _set_enum(shape, [limit])), _present(shape)]
        if kind is ast.NotEq and limit == "":
            return [_present(shape), Fact(shape, "truthy", lambda: _set_truthy(shape))]
        return []

    # Calls

    def _call(self, call: ast.Call, truth: bool) -> list[Fact]:
        name = ast.unparse(call.func).rpartition(".")[2]
        first = self.value_of(call.args[0]) if call.args else None
        if name == "isinstance" and truth and isinstance(first, Ref) and len(call.args) == 2:
            listed = call.args[1].elts if isinstance(call.args[1], ast.Tuple) else [call.args[1]]
            kinds = [_TYPES.get(ast.unparse(one).rpartition(".")[2], "") for one in listed]
            return [*[_typed(first.shape, kind) for kind in kinds if kind][:1], _present(first.shape)]
        if name in {"match", "fullmatch", "search"} and truth:
            subject = self.value_of(call.args[-1]) if call.args else None
            pattern = first if len(call.args) == 2 else self._compiled(call.func)
            if isinstance(subject, Ref):
                shape = subject.shape
                facts = [_present(shape), Fact(shape, "pattern")]
                if isinstance(pattern, Known) and isinstance(pattern.value, str):
                    text = pattern.value
                    anchored = text if text.startswith("^") or name == "search" else f"^(?:{text})"
                    whole = f"{anchored}$" if name == "fullmatch" and not text.endswith("$") else anchored
                    facts.append(Fact(shape, "pattern", lambda: shape.limit("pattern", whole)))
                return facts
        if isinstance(call.func, ast.Attribute) and truth:
            holder = self.value_of(call.func.value)
            if isinstance(holder, Ref) and name in {"isdigit", "isdecimal", "isnumeric"}:
                return [
                    Fact(holder.shape, "digits", lambda: holder.shape.limit("pattern", "^[0-9]+$")),
                    _present(holder.shape),
                ]
            if isinstance(holder, Ref) and name in {"startswith", "endswith", "isalnum", "isalpha"}:
                return [_present(holder.shape), _typed(holder.shape, "string")]
        return self._truth(self.value_of(call), truth)

    def _compiled(self, function: ast.expr) -> Value:
        """The pattern behind `PATTERN.match`, as far as `PATTERN` is a constant."""
        return self.value_of(function.value) if isinstance(function, ast.Attribute) else UNKNOWN

    def columns(self, test: ast.expr) -> list[Column]:
        """Columns and rows (as the column "*") that a condition depends on."""
        found: list[Column] = []
        for node in ast.walk(test):
            if isinstance(node, ast.expr):
                value = self.value_of(node)
                if isinstance(value, Row):
                    found.append(Column(value, "*"))
                found.extend(source for source in sources(value) if isinstance(source, Column))
        return found


def _first_ref(value: Value) -> Ref | None:
    return next((source for source in sources(value) if isinstance(source, Ref)), None)


def _present(shape: Shape) -> Fact:
    def require() -> None:
        shape.required = True

    return Fact(shape, "present", require)


def _typed(shape: Shape, kind: str) -> Fact:
    return Fact(shape, f"type:{kind}", lambda: shape.ask(kind))


def _set_truthy(shape: Shape) -> None:
    shape.truthy = True


def _set_enum(shape: Shape, options: list[Json]) -> None:
    if not shape.enum:
        shape.enum.extend(options)
