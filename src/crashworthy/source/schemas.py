"""Annotations, Pydantic models, dataclasses and typed dicts as JSON Schema (2020-12), with references resolved."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable
from dataclasses import dataclass

from crashworthy.core.value import Json
from crashworthy.source.index import Index, dotted_name
from crashworthy.source.marshmallow import is_marshmallow, marshmallow_field
from crashworthy.source.schema_types import ARRAYS, CONSTRAINED, OBJECTS, SIMPLE, TRANSPARENT, Schema
from crashworthy.source.symbols import Class, External, Module, Scope, Variable

_MAX_DEPTH = 10


@dataclass(frozen=True)
class Field:
    """One field of a model: its name on the wire, whether it must be sent, and its schema."""

    name: str
    required: bool
    schema: Schema


class Schemas:
    """Makes schemas; keeps those of classes, since models use each other."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._classes: dict[str, Schema] = {}

    def of(self, annotation: ast.expr | None, scope: Scope, depth: int = _MAX_DEPTH) -> Schema:
        """The schema of what an annotation allows; {} allows anything."""
        if annotation is None or depth <= 0:
            return {}
        match annotation:
            case ast.Constant(value=None):
                return {"type": "null"}
            case ast.Constant(value=str(text)):
                try:
                    return self.of(ast.parse(text, mode="eval").body, scope, depth - 1)
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    return {}
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return _union([self.of(left, scope, depth - 1), self.of(right, scope, depth - 1)])
            case ast.Subscript(value=holder, slice=inner):
                return self._subscript(holder, inner, scope, depth)
            case ast.Call(func=function):
                name = (dotted_name(function) or "").rpartition(".")[2]
                if name in CONSTRAINED:
                    schema = copy.deepcopy(SIMPLE[CONSTRAINED[name]])
                    if name == "conlist" and annotation.args:
                        schema["items"] = self.of(annotation.args[0], scope, depth - 1)
                    return schema | self.constraints(annotation, scope, schema)
                return {}
            case ast.Name() | ast.Attribute():
                return self._named(annotation, scope, depth)
            case _:
                return {}

    def _subscript(self, holder: ast.expr, inner: ast.expr, scope: Scope, depth: int) -> Schema:
        name = (dotted_name(holder) or "").rpartition(".")[2]
        parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
        if name == "Annotated" and parts:
            schema = self.of(parts[0], scope, depth - 1)
            for extra in parts[1:]:
                if isinstance(extra, ast.Call):
                    schema = schema | self.constraints(extra, scope, schema)
            return schema
        if name == "Optional":
            return _union([self.of(parts[0], scope, depth - 1), {"type": "null"}])
        if name == "Union":
            return _union([self.of(part, scope, depth - 1) for part in parts])
        if name == "Literal":
            return _enumeration([part.value for part in parts if isinstance(part, ast.Constant)])
        if name in ARRAYS:
            schema = {"type": "array", "items": self.of(parts[0], scope, depth - 1)}
            if name.lower() in {"set", "frozenset"}:
                schema["uniqueItems"] = True
            return schema
        if name in {"tuple", "Tuple"}:
            items = [part for part in parts if not (isinstance(part, ast.Constant) and part.value is ...)]
            if len(items) < len(parts):
                return {"type": "array", "items": self.of(items[0], scope, depth - 1) if items else {}}
            schemas: list[Json] = [self.of(part, scope, depth - 1) for part in items]
            return {"type": "array", "prefixItems": schemas, "minItems": len(items), "maxItems": len(items)}
        if name in OBJECTS:
            return {"type": "object", "additionalProperties": self.of(parts[-1], scope, depth - 1)}
        if name in TRANSPARENT:
            return self.of(parts[0], scope, depth - 1)
        symbol = self.index.resolve(holder, scope)
        return self.of_class(symbol, depth - 1) if isinstance(symbol, Class) else {}

    def _named(self, annotation: ast.expr, scope: Scope, depth: int) -> Schema:
        symbol = self.index.resolve(annotation, scope)
        if isinstance(symbol, Class):
            return self.of_class(symbol, depth)
        if isinstance(symbol, Variable) and symbol.values:
            value = symbol.values[-1]
            if isinstance(value, ast.Call) and (dotted_name(value.func) or "").endswith("NewType") and value.args:
                return self.of(value.args[-1], symbol.scope, depth - 1)
            return self.of(value, symbol.scope, depth - 1)
        name = (dotted_name(annotation) or "").rpartition(".")[2]
        if isinstance(symbol, External):
            name = symbol.dotted.rpartition(".")[2]
        return copy.deepcopy(SIMPLE.get(name, SIMPLE.get(name.lower(), {}) if name in {"List", "Dict", "Set"} else {}))

    # Classes

    def is_model(self, class_: Class) -> bool:
        """Whether a class describes data: Pydantic, SQLModel, dataclass, attrs, msgspec, TypedDict or NamedTuple."""
        if self.index.inherits(
            class_, ".BaseModel", ".SQLModel", ".RootModel", ".TypedDict", ".NamedTuple", ".Struct", ".Schema"
        ):
            return True
        decorators = [
            decorator.func if isinstance(decorator, ast.Call) else decorator for decorator in class_.node.decorator_list
        ]
        names = {(dotted_name(decorator) or "").rpartition(".")[2] for decorator in decorators}
        return not names.isdisjoint({"dataclass", "define", "attrs", "frozen", "s"})

    def is_enumeration(self, class_: Class) -> bool:
        """Whether a class is an Enum."""
        return self.index.inherits(class_, ".Enum", ".IntEnum", ".StrEnum", ".TextChoices", ".IntegerChoices")

    def of_class(self, class_: Class, depth: int = _MAX_DEPTH) -> Schema:
        """The schema of instances of a class of the folder."""
        if depth <= 0:
            return {}
        known = self._classes.get(class_.key)
        if known is not None:
            return copy.deepcopy(known)
        if self.is_enumeration(class_):
            values: list[object] = []
            for variable in class_.attributes.values():
                value = variable.values[0] if variable.values else None
                if isinstance(value, ast.Tuple) and value.elts:
                    value = value.elts[0]
                if isinstance(value, ast.Constant):
                    values.append(value.value)
                elif isinstance(value, ast.Call):
                    values.append(variable.name)
            return _enumeration(values)
        if not self.is_model(class_):
            return {}
        self._classes[class_.key] = {"type": "object"}  # what a model that holds itself sees
        fields = self.fields(class_, depth)
        schema: Schema = {"type": "object", "properties": {field.name: field.schema for field in fields}}
        required: list[Json] = [field.name for field in fields if field.required]
        if required:
            schema["required"] = required
        if self._forbids_extra(class_):
            schema["additionalProperties"] = False
        self._classes[class_.key] = schema
        return copy.deepcopy(schema)

    def fields(self, class_: Class, depth: int = _MAX_DEPTH) -> tuple[Field, ...]:
        """The fields of a model, those of its bases first."""
        found: dict[str, Field] = {}
        for base in self.index.bases(class_):
            if isinstance(base, Class) and base is not class_ and depth > 0:
                found.update({field.name: field for field in self.fields(base, depth - 1)})
        loads = is_marshmallow(class_, self.index)
        for name, variable in class_.attributes.items():
            value = variable.values[-1] if variable.values else None
            if loads and isinstance(value, ast.Call) and variable.scope is class_:
                described = marshmallow_field(value, lambda inner: self.of(inner, class_, depth - 1))
                if described is not None:
                    wire, required, schema = described
                    found[name] = Field(wire or name, required, schema)
                continue
            if variable.annotation is None or variable.scope is not class_ or name.startswith("_"):
                continue
            if "ClassVar" in ast.unparse(variable.annotation) or name == "model_config":
                continue
            field = self._field(name, variable, class_, depth)
            found[name] = field
        return tuple(found.values())

    def _field(self, name: str, variable: Variable, class_: Class, depth: int) -> Field:
        schema = self.of(variable.annotation, class_, depth - 1)
        default = variable.values[-1] if variable.values else None
        details = [call for call in _calls_in_annotation(variable.annotation) if _is_field(call)]
        if isinstance(default, ast.Call) and _is_field(default):
            details.append(default)
            default = None
        required = default is None and not _names(variable.annotation, "NotRequired")
        for call in details:
            schema = schema | self.constraints(call, class_, schema)
            name = _alias(call) or name
            given = call.args[0] if call.args else None
            for keyword in call.keywords:
                if keyword.arg == "default":
                    given = keyword.value
                elif keyword.arg in {"default_factory", "factory"}:
                    required = False
            if given is not None and not (isinstance(given, ast.Constant) and given.value is ...):
                required, default = False, given
        if isinstance(default, ast.Constant) and isinstance(default.value, str | int | float | bool):
            schema["default"] = default.value
        return Field(name, required, schema)

    def _forbids_extra(self, class_: Class) -> bool:
        config = class_.attributes.get("model_config")
        return any(
            isinstance(value, ast.Call | ast.Dict) and "forbid" in ast.unparse(value)
            for value in (config.values if config is not None else [])
        )

    # Constraints

    def constraints(self, call: ast.Call, scope: Scope, schema: Schema) -> Schema:
        """What `Field(...)`, `Query(...)`, `Path(...)`, `conint(...)`, `Len(...)` and the like add to a schema."""
        found: Schema = {}
        is_array = schema.get("type") == "array"
        for keyword in call.keywords:
            value = self._number_or_text(keyword.value, scope)
            if value is None:
                continue
            match keyword.arg:
                case "gt":
                    found["exclusiveMinimum"] = value
                case "ge":
                    found["minimum"] = value
                case "lt":
                    found["exclusiveMaximum"] = value
                case "le":
                    found["maximum"] = value
                case "multiple_of":
                    found["multipleOf"] = value
                case "min_length" | "min_items":
                    found["minItems" if is_array else "minLength"] = value
                case "max_length" | "max_items":
                    found["maxItems" if is_array else "maxLength"] = value
                case "pattern" | "regex":
                    found["pattern"] = value
                case _:
                    pass
        name = (dotted_name(call.func) or "").rpartition(".")[2]
        if name in {"Gt", "Ge", "Lt", "Le", "MinLen", "MaxLen"} and call.args:
            keyword_name = {"MinLen": "min_length", "MaxLen": "max_length"}.get(name, name.lower())
            spelled = ast.Call(call.func, [], [ast.keyword(keyword_name, call.args[0])])
            spelled.func = ast.Name("Field", ast.Load())
            found |= self.constraints(spelled, scope, schema)
        return found

    def _number_or_text(self, expression: ast.expr, scope: Scope) -> int | float | str | None:
        match expression:
            case ast.Constant(value=bool()):
                return None
            case ast.Constant(value=int() | float() | str() as value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -value
            case ast.Name() | ast.Attribute():
                symbol = self.index.resolve(expression, scope)
                if (
                    isinstance(symbol, Variable)
                    and len(symbol.values) == 1
                    and isinstance(symbol.scope, Module | Class)
                ) and isinstance(symbol.values[0], ast.Constant | ast.UnaryOp):
                    return self._number_or_text(symbol.values[0], symbol.scope)
            case ast.Call(args=[ast.Constant(value=str(text))]):
                try:
                    return float(text)  # Decimal("0.01")
                except ValueError:
                    return None
        return None


def _is_field(call: ast.Call) -> bool:
    return (dotted_name(call.func) or "").rpartition(".")[2] in {
        "Field",
        "field",
        "Gt",
        "Ge",
        "Lt",
        "Le",
        "MinLen",
        "MaxLen",
        "ib",
    }


def _alias(call: ast.Call) -> str | None:
    for keyword in call.keywords:
        if keyword.arg in {"alias", "validation_alias"} and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return None


def _calls_in_annotation(annotation: ast.expr | None) -> list[ast.Call]:
    match annotation:
        case ast.Subscript(value=holder, slice=ast.Tuple(elts=[_, *details])):
            is_annotated = (dotted_name(holder) or "").endswith("Annotated")
            return [detail for detail in details if is_annotated and isinstance(detail, ast.Call)]
        case _:
            return []


def _names(annotation: ast.expr | None, name: str) -> bool:
    return isinstance(annotation, ast.Subscript) and (dotted_name(annotation.value) or "").endswith(name)


def _union(schemas: Iterable[Schema]) -> Schema:
    options: list[Schema] = []
    for schema in schemas:
        nested = schema.get("anyOf")
        for option in nested if isinstance(nested, list) and len(schema) == 1 else [schema]:
            if isinstance(option, dict) and option not in options:
                options.append(option)
    if {} in options:
        return {}
    return options[0] if len(options) == 1 else {"anyOf": list(options)}


def _enumeration(values: Iterable[object]) -> Schema:
    options: list[Json] = [value for value in values if isinstance(value, str | int | float | bool) or value is None]
    if not options:
        return {}
    schema: Schema = {"enum": options}
    if all(isinstance(option, str) for option in options):
        schema["type"] = "string"
    elif all(isinstance(option, int) and not isinstance(option, bool) for option in options):
        schema["type"] = "integer"
    return schema
