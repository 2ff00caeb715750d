"""From the schemas of OpenAPI 3.0 and 3.1 (and Swagger 2.0) to self-contained JSON Schema 2020-12."""

from __future__ import annotations

import copy
from collections.abc import Callable

from crashworthy.core.value import Json
from crashworthy.lab.traffic.documents import Document, Path, look_up

Schema = dict[str, Json]

_MAX_DEPTH = 14
_MAX_NODES = 5_000

_TYPES = {
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "str": "string",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "map": "object",
}
_KNOWN_TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}
# Keywords of OpenAPI that JSON Schema does not have or that mean nothing for data.
_DROPPED = {
    "nullable",
    "discriminator",
    "xml",
    "externalDocs",
    "deprecated",
    "$ref",
    "readOnly",
    "writeOnly",
    "example",
}


class SchemaReader:
    """Resolves references and normalises. What had to be mended is told to `note` with its place in the document."""

    def __init__(self, document: Document, note: Callable[[str, Path], None]) -> None:
        self._document = document
        self._note = note
        self._left = 0

    def read(self, schema: Json, path: Path) -> Schema:
        """The schema for data that is sent: without references and without read-only properties."""
        self._left = _MAX_NODES
        return self._read(schema, path, (), 0)

    def resolve(self, value: Json, path: Path) -> Json:
        """`value`, or what it refers to; {} for a reference that leads nowhere."""
        seen: set[str] = set()
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            reference = str(value["$ref"])
            if reference in seen:
                self._note(f"{reference} refers to itself; taken as empty", path)
                return {}
            seen.add(reference)
            try:
                value = look_up(self._document.content, reference)
            except (LookupError, ValueError):
                where = "another file" if not reference.startswith("#") else "nothing"
                self._note(f"the reference {reference} leads to {where}; taken as empty", path)
                return {}
        return value

    def _read(self, schema: Json, path: Path, references: tuple[str, ...], depth: int) -> Schema:
        self._left -= 1
        if isinstance(schema, bool) or schema is None or self._left < 0 or depth > _MAX_DEPTH:
            return {}
        if not isinstance(schema, dict):
            self._note("a schema is an object; taken as empty", path)
            return {}
        if "$ref" in schema:
            reference = str(schema["$ref"])
            if reference in references:
                return {}  # A recursive schema is cut where it begins again.
            target = self._read(self.resolve({"$ref": reference}, path), path, (*references, reference), depth)
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            return merged(target, self._read(rest, path, references, depth)) if rest else target
        result = {key: copy.deepcopy(value) for key, value in schema.items() if key not in _DROPPED}
        self._children(schema, result, path, references, depth)
        self._types(schema, result, path)
        self._limits(result)
        self._examples(schema, result)
        return self._combine(schema, result)

    def _children(self, schema: Schema, result: Schema, path: Path, references: tuple[str, ...], depth: int) -> None:
        def below(value: Json, *keys: str | int) -> Schema:
            return self._read(value, (*path, *keys), references, depth + 1)

        properties = schema.get("properties")
        required = schema.get("required")
        names = {str(name) for name in required} if isinstance(required, list) else set()
        if isinstance(required, bool):
            result.pop("required", None)  # The draft-3 way; the parent reads it from the property.
        if isinstance(properties, dict):
            kept: dict[str, Json] = {}
            for name, value in properties.items():
                target = self.resolve(value, (*path, "properties", name))
                if isinstance(target, dict) and target.get("readOnly") is True:
                    names.discard(name)
                    continue
                if isinstance(target, dict) and target.get("required") is True:
                    names.add(name)
                kept[name] = below(value, "properties", name)
            result["properties"] = kept
        elif properties is not None:
            self._note("properties is not an object; left out", (*path, "properties"))
            result.pop("properties")
        if names:
            result["required"] = list[Json](sorted(names))
        else:
            result.pop("required", None)
        for key in ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"):
            if isinstance(schema.get(key), dict):
                result[key] = below(schema[key], key)
        if isinstance(schema.get("items"), list):
            # Draft 4 tuples became prefixItems.
            result["prefixItems"] = [below(item, "items", n) for n, item in enumerate(schema["items"])]  # type: ignore[arg-type]
            result.pop("items")
        for key in ("allOf", "oneOf", "anyOf", "prefixItems"):
            members = schema.get(key)
            if isinstance(members, list):
                result[key] = [below(member, key, number) for number, member in enumerate(members)]
        patterns = schema.get("patternProperties")
        if isinstance(patterns, dict):
            result["patternProperties"] = {k: below(v, "patternProperties", k) for k, v in patterns.items()}

    def _types(self, schema: Schema, result: Schema, path: Path) -> None:
        given = schema.get("type")
        if given is None:
            if "properties" in result:
                result["type"] = "object"
            elif "items" in result:
                result["type"] = "array"
        elif given == "file":
            result.update(type="string", format="binary")
        else:
            types = [str(item) for item in given] if isinstance(given, list) else [str(given)]
            known = [_TYPES.get(item.lower(), item.lower()) for item in types]
            valid = [item for item in known if item in _KNOWN_TYPES]
            if known != types or valid != known:
                told = f"taken as {', '.join(valid)}" if valid else "left out"
                self._note(f"{', '.join(types)} is no type of JSON Schema; {told}", (*path, "type"))
            if not valid:
                result.pop("type")
            else:
                result["type"] = valid[0] if len(valid) == 1 else list(valid)
        if schema.get("nullable") is True:
            self._nullable(result)

    @staticmethod
    def _nullable(result: Schema) -> None:
        kind = result.get("type")
        if isinstance(kind, str) and kind != "null":
            result["type"] = [kind, "null"]
        elif isinstance(kind, list) and "null" not in kind:
            result["type"] = [*kind, "null"]
        enum = result.get("enum")
        if isinstance(enum, list) and None not in enum:
            result["enum"] = [*enum, None]

    @staticmethod
    def _limits(result: Schema) -> None:
        for exclusive, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if isinstance(result.get(exclusive), bool) and result.pop(exclusive) and limit in result:
                result[exclusive] = result.pop(limit)

    @staticmethod
    def _examples(schema: Schema, result: Schema) -> None:
        examples = result.get("examples")
        values: list[Json] = list(examples) if isinstance(examples, list) else []
        if isinstance(examples, dict):
            values = [each.get("value") if isinstance(each, dict) else each for each in examples.values()]
        if "example" in schema:
            values.insert(0, schema["example"])
        if values:
            result["examples"] = values
        else:
            result.pop("examples", None)

    def _combine(self, schema: Schema, result: Schema) -> Schema:
        discriminator = schema.get("discriminator")
        for key in ("oneOf", "anyOf"):
            members = result.get(key)
            if isinstance(discriminator, dict) and isinstance(members, list):
                result[key] = self._discriminated(discriminator, schema[key], members)
            if isinstance(members, list) and len(members) == 1 and isinstance(members[0], dict):
                result.pop(key)
                result = merged(result, members[0])
        parts = result.pop("allOf", None)
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict):
                result = merged(result, part)
        return result

    @staticmethod
    def _discriminated(discriminator: Schema, raw: Json, members: list[Json]) -> list[Json]:
        """Each member with its discriminating property fixed to the name that selects it."""
        name = discriminator.get("propertyName")
        mapping = discriminator.get("mapping")
        by_reference = {str(v).rsplit("/", 1)[-1]: k for k, v in mapping.items()} if isinstance(mapping, dict) else {}
        fixed: list[Json] = []
        for original, member in zip(raw if isinstance(raw, list) else [], members, strict=False):
            reference = str(original.get("$ref", "")) if isinstance(original, dict) else ""
            title = reference.rsplit("/", 1)[-1]
            if isinstance(name, str) and title and isinstance(member, dict):
                properties = member.get("properties")
                own = properties.get(name) if isinstance(properties, dict) else None
                if not (isinstance(own, dict) and ("const" in own or "enum" in own)):
                    member = merged(
                        member, {"properties": {name: {"const": by_reference.get(title, title)}}, "required": [name]}
                    )
            fixed.append(member)
        return fixed or members


def merged(left: Schema, right: Schema) -> Schema:
    """One schema for what satisfies both, as far as plain merging can say it."""
    result = dict(left)
    for key, value in right.items():
        mine = result.get(key)
        if key not in result or mine == value:
            result[key] = value
        elif key == "properties" and isinstance(mine, dict) and isinstance(value, dict):
            both = dict(mine)
            for name, schema in value.items():
                own = both.get(name)
                both[name] = merged(own, schema) if isinstance(own, dict) and isinstance(schema, dict) else schema
            result[key] = both
        elif key == "required" and isinstance(mine, list) and isinstance(value, list):
            result[key] = list[Json](sorted({str(name) for name in (*mine, *value)}))
        elif key in ("minimum", "exclusiveMinimum", "minLength", "minItems") and _numbers(mine, value):
            result[key] = max(mine, value)  # type: ignore[type-var]
        elif key in ("maximum", "exclusiveMaximum", "maxLength", "maxItems") and _numbers(mine, value):
            result[key] = min(mine, value)  # type: ignore[type-var]
        elif key == "enum" and isinstance(mine, list) and isinstance(value, list):
            result[key] = [item for item in mine if item in value] or mine
        elif key in ("oneOf", "anyOf", "not", "pattern", "if"):
            rest = result.get("allOf")
            result["allOf"] = [*(rest if isinstance(rest, list) else []), {key: value}]
        elif key in ("title", "description", "type"):
            continue
        else:
            result[key] = value
    return result


def _numbers(*values: Json) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
