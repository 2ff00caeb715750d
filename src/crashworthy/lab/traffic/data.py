"""First-choice values for JSON Schemas: what someone who reads the names would fill in.

Values are templates: what must be unique holds `${unique}`, with the actor's digit behind it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crashworthy.core.value import Json
from crashworthy.lab.traffic.autofill import AUTOFILL
from crashworthy.lab.traffic.files import COLUMNS, sample_file
from crashworthy.lab.traffic.fit import fit_number, fit_text
from crashworthy.lab.traffic.meanings import CONFIRM, PLENTY, SECRETS, Meanings, guess_type, usual_number
from crashworthy.lab.traffic.names import REFERENCE_ENDS, words
from crashworthy.lab.traffic.schema import Schema, merged
from crashworthy.lab.traffic.template import escape
from crashworthy.lab.traffic.ways import unique_text

Path = tuple[str, ...]

# How much of what is optional is given.
REQUIRED, USUAL, ALL = 0, 1, 2


_LEADING_ELSEWHERE = frozenset({"next", "redirect"})


@dataclass
class Maker:
    """Makes values for one operation as one actor.

    `ordinal` keeps the unique texts of different operations apart (0 for identities, which sign-up and login
    share). `level` says how much of what is optional is given. `patches` are what answers taught about single
    fields, merged over their schemas; a patch of None leaves the field out. `known` values, templates by path,
    are taken as they are. `candidates` are literals that the source compares a field with, by its name.
    """

    rng: random.Random
    actor: str = "A"
    ordinal: int = 0
    level: int = REQUIRED
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    patches: Mapping[Path, Schema | None] = field(default_factory=dict)
    known: Mapping[Path, Json] = field(default_factory=dict)
    candidates: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)

    def value(self, schema: Schema, path: Path, *, is_item: bool = False) -> Json:
        """A value for `schema`; the last part of `path` is the field's name, and arrays add none."""
        if path in self.known:
            known = self.known[path]
            return [known] if schema.get("type") == "array" and not is_item and not isinstance(known, list) else known
        patch = self.patches.get(path)
        if patch is not None and not (is_item and patch.get("type") == "array"):
            schema = patched(schema, patch)
        chosen = self._given(schema, path)
        if chosen is not _NOTHING:
            return chosen  # type: ignore[return-value]
        for key in ("oneOf", "anyOf"):
            members = schema.get(key)
            if isinstance(members, list) and members:
                best = next((m for m in members if isinstance(m, dict) and m.get("type") != "null"), members[0])
                rest = {name: value for name, value in schema.items() if name not in ("oneOf", "anyOf")}
                return self.value(merged(rest, best) if isinstance(best, dict) else rest, path, is_item=is_item)
        parts = schema.get("allOf")
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict):
                schema = merged({k: v for k, v in schema.items() if k != "allOf"}, part)
        return self._typed(schema, path)

    def _given(self, schema: Schema, path: Path) -> Json | object:
        """What the schema names outright: a constant, an example, a default, the first of an enumeration."""
        if "const" in schema:
            return escape(schema["const"])
        examples = schema.get("examples")
        enum = schema.get("enum")
        allowed = enum if isinstance(enum, list) and enum else None
        if isinstance(examples, list) and examples and not is_unique(path):
            example = examples[self.ordinal_choice(len(examples))]
            if (allowed is None or example in allowed) and not isinstance(example, dict):
                return escape(example)
        if allowed:
            default = schema.get("default")
            preferred = [item for item in allowed if item is not None] or allowed
            return escape(default if default in allowed and default is not None else preferred[0])
        literals = self.candidates.get(path[-1] if path else "")
        if literals and not isinstance(schema.get("properties"), dict) and "pattern" not in schema:
            fitting = [item for item in literals if _has_type(item, schema.get("type"))]
            if fitting and isinstance(fitting[0], str) and not is_unique(path):
                return escape(fitting[0])
        default = schema.get("default")
        if default is not None and default not in ("", 0, False) and not isinstance(default, (dict, list)):
            return escape(default)
        return _NOTHING

    def ordinal_choice(self, count: int) -> int:
        """Which of several equally good values to take; the first unless the patches ask for another."""
        return 0 if count < 2 else self.level // (ALL + 1)

    def _typed(self, schema: Schema, path: Path) -> Json:
        kind = self._type(schema, path)
        if kind == "object":
            return self._object(schema, path)
        if kind == "array":
            return self._array(schema, path)
        if kind == "boolean":
            return not any(
                word in ("deleted", "disabled", "cancelled", "dry", "blocked") for word in words(_name(path))
            )
        if kind == "integer":
            return int(fit_number(usual_number(words(_name(path)), self.now), schema, whole=True))
        if kind == "number":
            return fit_number(usual_number(words(_name(path)), self.now), schema, whole=False)
        if kind == "null":
            return None
        return self._string(schema, path)

    def _type(self, schema: Schema, path: Path) -> str:
        kinds = schema.get("type")
        if isinstance(kinds, list):
            kinds = next((kind for kind in kinds if kind != "null"), "null")
        if isinstance(kinds, str):
            return kinds
        if "properties" in schema or self._taught_below(path):
            return "object"
        if "items" in schema:
            return "array"
        if any(key in schema for key in ("minLength", "maxLength", "pattern", "format")):
            return "string"
        if any(key in schema for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")):
            return "number" if schema.get("multipleOf") not in (None, 1) else "integer"
        return guess_type(words(_name(path)))

    def _taught_below(self, path: Path) -> list[str]:
        """Names of properties that answers taught, or that are known, also those that lead to deeper ones."""
        deeper = (p for p in (*self.patches, *self.known) if len(p) > len(path) and p[: len(path)] == path)
        return [p[len(path)] for p in deeper]

    def _object(self, schema: Schema, path: Path) -> Json:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = schema.get("required")
        names = [str(name) for name in required] if isinstance(required, list) else []
        added = self._taught_below(path)
        chosen: dict[str, Json] = {}
        for name in dict.fromkeys((*names, *properties, *added)):
            below = (*path, name)
            own = properties.get(name)
            own = own if isinstance(own, dict) else {}
            if below in self.patches and self.patches[below] is None:
                continue
            if name in names or name in added or self._wanted(name, own, required=bool(names)):
                chosen[name] = self.value(own, below)
        return self._consistent(chosen)

    def _wanted(self, name: str, schema: Schema, *, required: bool) -> bool:
        """Whether an optional field is given at this level."""
        parts = words(name)
        if schema.get("type") == "null" or "const" in schema:
            return "const" in schema
        if {*parts} & PLENTY and self._type(schema, (name,)) in ("integer", "number"):
            # Zero by default, and then nothing can be bought or booked.
            return True
        if {*parts} & (CONFIRM | SECRETS) or AUTOFILL in schema:
            # Who logs in without a password may well be answered as somebody, but as nobody who signed up.
            return True
        if {*parts} & _LEADING_ELSEWHERE:
            # Where to go afterwards: the answer is a redirect instead of what was asked for.
            return self.level == ALL
        reference = bool(parts) and parts[-1] in REFERENCE_ENDS and len(parts) > 1
        if self.level == REQUIRED:
            return not required and not reference
        return self.level == ALL or not reference

    @staticmethod
    def _consistent(values: dict[str, Json]) -> dict[str, Json]:
        """Fields that must agree: confirmations equal what they confirm."""
        for name in list(values):
            parts = words(name)
            if {*parts} & CONFIRM and len(parts) > 1:
                meant = [part for part in parts if part not in CONFIRM]
                for other, value in values.items():
                    if other != name and list(words(other)) == meant:
                        values[name] = value
            elif re.fullmatch(r"[A-Za-z_]+2", name):
                first = next((each for each in (f"{name[:-1]}1", name[:-1].rstrip("_")) if each in values), name)
                values[name] = values[first]
            elif {*parts} & CONFIRM and isinstance(values[name], str):
                secret = next((each for each in values if {*words(each)} & SECRETS and each != name), name)
                values[name] = values[secret]
        return values

    def _array(self, schema: Schema, path: Path) -> Json:
        prefix = schema.get("prefixItems")
        if isinstance(prefix, list):
            return [self.value(item if isinstance(item, dict) else {}, path, is_item=True) for item in prefix]
        items = schema.get("items")
        least = schema.get("minItems")
        count = max(1, least if isinstance(least, int) else 1)
        if schema.get("maxItems") == 0:
            return []
        item = items if isinstance(items, dict) else {}
        made = [self.value(item, path, is_item=True) for _ in range(min(count, 20))]
        if schema.get("uniqueItems") is True and count > 1:
            made = [f"{item}{number}" if isinstance(item, str) else item for number, item in enumerate(made)]
        return made

    def _string(self, schema: Schema, path: Path) -> Json:
        kind = schema.get("format")
        if kind in ("binary", "byte") or schema.get("contentMediaType"):
            columns = schema.get(COLUMNS)
            return sample_file(
                _name(path),
                str(schema.get("contentMediaType", "")),
                encoded=kind == "byte",
                columns=[str(each) for each in columns] if isinstance(columns, list) else (),
            )
        unique = unique_text(self.actor, self.ordinal)
        meanings, name, in_query = Meanings(self.rng, self.now, unique), words(_name(path)), path[:1] == ("query",)
        if name == ("number",) and any("card" in words(part) for part in path[:-1]):
            # What kind of number it is, the object around it says; most are checked by their last digit.
            name = ("card", "number")
        text = meanings.formatted(kind, name, in_query=in_query) if isinstance(kind, str) else None
        if text is None:
            text = meanings.text(name, in_query=in_query)
            # As addresses are written: some services compare a path as it was sent with one that was decoded.
            text = text.replace(" ", "-") if path[:1] == ("path",) else text
        return fit_text(text, schema, unique, self.rng)


def is_unique(path: Path) -> bool:
    """Whether two things of a kind usually cannot share the value of this field."""
    name = words(_name(path))
    return bool(name) and (
        name[-1] in ("email", "mail", "username", "sku", "slug", "handle", "login", "barcode", "serial")
        or (name[-1] == "code" and not {*name} & {"currency", "country", "postal", "zip", "language"})
    )


def patched(schema: Schema, patch: Schema) -> Schema:
    """The schema with what an answer taught laid over it."""
    result = {**schema, **patch}
    if "enum" in patch or "type" in patch or "format" in patch or "const" in patch:
        for key in ("examples", "default", "oneOf", "anyOf", "const", "enum"):
            if key not in patch:
                result.pop(key, None)
    return result


def _name(path: Path) -> str:
    return path[-1] if path else ""


def _has_type(value: Json, kind: Json) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    if kind is None:
        return True
    name = (
        "boolean" if isinstance(value, bool) else {int: "integer", float: "number", str: "string"}.get(type(value), "")
    )
    return name in kinds


_NOTHING = object()
