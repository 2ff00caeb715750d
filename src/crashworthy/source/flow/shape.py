"""Shape: what the source's use of a document says about the document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from crashworthy.core.value import Json
from crashworthy.source.schema_types import Schema

# Guesses for a field whose use says nothing of its type; the name is then the best evidence there is.
_INTEGER_NAMES = re.compile(
    r"(^|_)(id|ids|quantity|qty|count|cents|amount|price|total|stock|age|year|days?|hours?|minutes?|seconds?|limit|"
    r"offset|page|size|seats?|capacity|points|units?|number|rows?|score|rating|copies|percent|width|height)$"
)
_ID_NAMES = re.compile(r"(^|_)id$")
_BOOLEAN_NAMES = re.compile(
    r"^(is|has|can|allow|enable|enabled|active|approved|accepted|ok|success|successful|valid|available|verified|"
    r"authorized|confirmed|paid|result)(_|$)"
)
_NUMBER_NAMES = re.compile(r"(^|_)(rate|ratio|lat|lon|lng|latitude|longitude|temperature|weight|factor)$")
_FORMAT_NAMES = ((re.compile(r"(^|_)e?mail$"), "email"), (re.compile(r"(^|_)(url|uri|link|webhook)$"), "uri"))
_MAX_DEPTH = 8


@dataclass(eq=False)
class Shape:
    """One value in a document: the whole, a field or an element.

    `kinds` are the JSON types the source asks of it; `limits` JSON Schema keywords with their values;
    `likely` values it is compared with, any of which is plausible. `is_given` says that whoever supplies the
    value has checked it against `declared` already.
    """

    name: str = ""
    required: bool = False
    truthy: bool = False
    kinds: list[str] = field(default_factory=list)
    enum: list[Json] = field(default_factory=list)
    likely: list[Json] = field(default_factory=list)
    limits: Schema = field(default_factory=dict)
    default: Json = None
    fields: dict[str, Shape] = field(default_factory=dict)
    any_field: Shape | None = None
    items: Shape | None = None
    declared: Schema | None = None
    is_given: bool = False

    def child(self, name: str) -> Shape:
        """The field of that name."""
        if name not in self.fields:
            made = Shape(name)
            properties = self.declared.get("properties") if self.declared is not None else None
            declared = properties.get(name) if isinstance(properties, dict) else None
            if isinstance(declared, dict):
                made.declared, made.is_given = declared, self.is_given
            self.fields[name] = made
        return self.fields[name]

    def any_child(self) -> Shape:
        """The field that a key known only at run time selects."""
        if self.any_field is None:
            self.any_field = Shape(re.sub(r"s$", "", self.name))
        return self.any_field

    def element(self) -> Shape:
        """Any element of an array."""
        if self.items is None:
            self.items = Shape(re.sub(r"s$", "", self.name))
            declared = self.declared.get("items") if self.declared is not None else None
            if isinstance(declared, dict):
                self.items.declared, self.items.is_given = declared, self.is_given
        return self.items

    def ask(self, kind: str) -> None:
        """Note a JSON type that the source asks for."""
        if kind not in self.kinds:
            self.kinds.append(kind)

    def limit(self, keyword: str, value: Json) -> None:
        """Note a JSON Schema keyword; of two limits the first stays."""
        self.limits.setdefault(keyword, value)

    @property
    def is_used(self) -> bool:
        """Whether the source looks into it at all."""
        return bool(
            self.kinds or self.fields or self.items or self.any_field or self.enum or self.truthy or self.declared
        )

    # As a JSON Schema

    def schema(self, depth: int = _MAX_DEPTH) -> Schema:
        """The JSON Schema of values that the source accepts, as far as its use shows."""
        if self.declared is not None:
            return self.declared
        if depth <= 0:
            return {}
        if self.enum:
            return self._with_default({"enum": list(self.enum)})
        if self.fields and "array" not in self.kinds:
            properties: dict[str, Json] = {name: one.schema(depth - 1) for name, one in self.fields.items()}
            required: list[Json] = [name for name, one in self.fields.items() if one.must_be_sent]
            found: Schema = {"type": "object", "properties": properties}
            if required:
                found["required"] = required
            return found
        if self.items is not None or "array" in self.kinds:
            schema: Schema = {"type": "array", "items": self.items.schema(depth - 1) if self.items else {}}
            least = self.limits.get("minLength", 1 if self.truthy else None)
            if least is not None:
                schema["minItems"] = least
            return schema
        if self.any_field is not None or "object" in self.kinds:
            return {"type": "object"}
        return self._scalar_schema()

    def _scalar_schema(self) -> Schema:
        kind = self._kind()
        schema: Schema = {"type": kind}
        if kind in {"integer", "number"}:
            wanted: Iterable[str] = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        else:
            wanted = ("minLength", "maxLength", "pattern", "format")
        schema |= {keyword: value for keyword, value in self.limits.items() if keyword in wanted}
        if kind == "string":
            if self.truthy:
                schema.setdefault("minLength", 1)
            for pattern, name in _FORMAT_NAMES:
                if pattern.search(self.name) and "pattern" not in schema:
                    schema.setdefault("format", name)
        return self._with_default(schema)

    def _with_default(self, schema: Schema) -> Schema:
        if isinstance(self.default, str | int | float | bool) and self._accepts(self.default):
            schema["default"] = self.default
        return schema

    @property
    def must_be_sent(self) -> bool:
        """Whether the source refuses, or fails, without it: a default that it accepts itself makes it optional."""
        return self.required and (self.default is None or not self._accepts(self.default))

    def _accepts(self, value: Json) -> bool:
        if (self.truthy and not value) or (self.enum and value not in self.enum):
            return False
        limits = self.limits
        if isinstance(value, str):
            least = limits.get("minLength")
            return not isinstance(least, int) or len(value) >= least
        if isinstance(value, int | float):
            low, above = limits.get("minimum"), limits.get("exclusiveMinimum")
            high = limits.get("maximum")
            return not (
                (isinstance(low, int | float) and value < low)
                or (isinstance(above, int | float) and value <= above)
                or (isinstance(high, int | float) and value > high)
            )
        return True

    def _kind(self) -> str:
        for kind in ("integer", "boolean", "number", "string"):
            if kind in self.kinds:
                return kind
        if "numeric" in self.kinds:  # compared or computed with, which whole numbers allow too
            return "number" if _NUMBER_NAMES.search(self.name) else "integer"
        if isinstance(self.default, bool):
            return "boolean"
        if isinstance(self.default, int | float):
            return "integer" if isinstance(self.default, int) else "number"
        if isinstance(self.default, str):
            return "string"
        if _NUMBER_NAMES.search(self.name):
            return "number"
        if _INTEGER_NAMES.search(self.name) or {"minimum", "exclusiveMinimum", "maximum"} & set(self.limits):
            return "integer"
        return "boolean" if _BOOLEAN_NAMES.search(self.name) else "string"

    # As an example

    def example(self, depth: int = _MAX_DEPTH) -> Json:
        """A value that leads the source on to its successful branch, as far as its use shows."""
        if self.declared is not None:
            return example_of(self.declared)
        if depth <= 0:
            return None
        for values in (self.enum, self.likely):
            if values:
                return values[0]
        if "array" in self.kinds or (self.items is not None and not self.fields):
            return [self.items.example(depth - 1) if self.items is not None else "example"]
        if self.fields or self.any_field is not None:
            found: dict[str, Json] = {name: one.example(depth - 1) for name, one in self.fields.items()}
            if self.any_field is not None:
                found["*"] = self.any_field.example(depth - 1)
            return found
        if "object" in self.kinds:
            return {}
        if not self.kinds and self.truthy and _BOOLEAN_NAMES.search(self.name):
            return True
        schema: Schema = self._scalar_schema()
        if "number" in self.kinds and _INTEGER_NAMES.search(self.name):
            schema["type"] = "integer"
        elif not self.kinds and _ID_NAMES.search(self.name):
            schema = {"type": "string"}  # ids of other systems are texts, unless something shows otherwise
        return example_of(schema | {"title": self.name})


def example_of(schema: Schema, depth: int = _MAX_DEPTH) -> Json:
    """A small value that a JSON Schema allows; for the schemas made here, not for any schema."""
    options = schema.get("anyOf")
    if isinstance(options, list) and options and isinstance(options[0], dict):
        return example_of(options[0], depth - 1)
    if isinstance(enum := schema.get("enum"), list) and enum:
        return enum[0]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties")
            listed = properties.items() if isinstance(properties, dict) and depth > 0 else ()
            return {name: example_of(one, depth - 1) for name, one in listed if isinstance(one, dict)}
        case "array":
            items = schema.get("items")
            return [example_of(items, depth - 1)] if isinstance(items, dict) and depth > 0 else []
        case "boolean":
            return True
        case "integer" | "number" as kind:
            low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
            value: float = 1 if kind == "integer" else 1.1
            if isinstance(low, int | float):
                value = max(value, low + 1)
            return min(value, high) if isinstance(high, int | float) else value
        case "string":
            known = {
                "email": "a@example.com",
                "uri": "https://example.com/",
                "uuid": "00000000-0000-4000-8000-000000000001",
                "date": "2030-01-01",
                "date-time": "2030-01-01T00:00:00Z",
                "time": "12:00:00",
            }.get(str(schema.get("format")))
            name = schema.get("title")
            return known or (f"{name}-1" if isinstance(name, str) and name else "example")
        case _:
            return None
