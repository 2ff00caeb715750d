"""Fields of Marshmallow's schemas as JSON Schema (2020-12)."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from crashworthy.core.value import Json
from crashworthy.source.index import Index, dotted_name
from crashworthy.source.schema_types import Schema
from crashworthy.source.symbols import Class

LOADS = frozenset({"load", "loads", "validate"})
_BASES = ("marshmallow.Schema", "marshmallow.schema.Schema", ".SQLAlchemySchema", ".SQLAlchemyAutoSchema")
_KINDS: dict[str, Schema] = {
    "Str": {"type": "string"},
    "String": {"type": "string"},
    "Email": {"type": "string", "format": "email"},
    "Url": {"type": "string", "format": "uri"},
    "URL": {"type": "string", "format": "uri"},
    "UUID": {"type": "string", "format": "uuid"},
    "Date": {"type": "string", "format": "date"},
    "DateTime": {"type": "string", "format": "date-time"},
    "AwareDateTime": {"type": "string", "format": "date-time"},
    "NaiveDateTime": {"type": "string", "format": "date-time"},
    "Time": {"type": "string", "format": "time"},
    "Int": {"type": "integer"},
    "Integer": {"type": "integer"},
    "Float": {"type": "number"},
    "Number": {"type": "number"},
    "Decimal": {"type": "number"},
    "Bool": {"type": "boolean"},
    "Boolean": {"type": "boolean"},
    "Dict": {"type": "object"},
    "Mapping": {"type": "object"},
    "Raw": {},
}
_OF_VALUES = {
    ("Length", "min"): "minLength",
    ("Length", "max"): "maxLength",
    ("Range", "min"): "minimum",
    ("Range", "max"): "maximum",
}


def is_marshmallow(class_: Class, index: Index) -> bool:
    """Whether instances of the class load documents."""
    return index.inherits(class_, *_BASES)


def marshmallow_field(call: ast.Call, nested: Callable[[ast.expr], Schema]) -> tuple[str | None, bool, Schema] | None:
    """The name on the wire where it differs, whether it must be sent, and the schema; None for what is only shown.

    `nested` makes the schema of a class that `Nested` names.
    """
    options = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if _is_true(options.get("dump_only")):
        return None
    schema = _schema(call, nested)
    if schema is None:
        return None
    for check in _checks(options.get("validate")):
        schema |= _limits(check, schema)
    default = options.get("load_default", options.get("missing"))
    if isinstance(default, ast.Constant) and isinstance(default.value, str | int | float | bool):
        schema["default"] = default.value
    key = options.get("data_key")
    name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
    return name, _is_true(options.get("required")), schema


def _schema(call: ast.Call, nested: Callable[[ast.expr], Schema]) -> Schema | None:
    kind = (dotted_name(call.func) or "").rpartition(".")[2]
    first = call.args[0] if call.args else None
    if kind in ("List", "Pluck") and isinstance(first, ast.Call):
        return {"type": "array", "items": _schema(first, nested) or {}}
    if kind == "Nested" and first is not None:
        inner = nested(first.func if isinstance(first, ast.Call) else first)
        many = any(keyword.arg == "many" and _is_true(keyword.value) for keyword in call.keywords)
        return {"type": "array", "items": inner} if many else inner
    known = _KINDS.get(kind)
    return copy.deepcopy(known) if known is not None else None


def _checks(given: ast.expr | None) -> list[ast.Call]:
    parts = given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
    return [part for part in parts if isinstance(part, ast.Call)]


def _limits(check: ast.Call, schema: Schema) -> Schema:
    """What a validator says, where it says it by literals."""
    name = (dotted_name(check.func) or "").rpartition(".")[2]
    found: Schema = {}
    if name == "OneOf" and check.args and isinstance(check.args[0], ast.List | ast.Tuple | ast.Set):
        values: list[Json] = [each.value for each in check.args[0].elts if _is_plain(each)]  # type: ignore[attr-defined]
        return {"enum": values} if values else {}
    if name == "Regexp" and check.args and _is_plain(check.args[0]):
        return {"pattern": check.args[0].value}  # type: ignore[attr-defined]
    positional = dict(zip(("min", "max"), check.args, strict=False))
    for option, value in (positional | {each.arg: each.value for each in check.keywords if each.arg}).items():
        keyword = _OF_VALUES.get((name, option))
        if keyword is not None and _is_plain(value):
            keyword = keyword.replace("Length", "Items") if schema.get("type") == "array" else keyword
            found[keyword] = value.value  # type: ignore[attr-defined]
    return found


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | int | float)


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
