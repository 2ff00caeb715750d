"""Values that the author of a handler may not have thought of, by the type of the good value they replace."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crashworthy.core.value import Json
from crashworthy.lab.traffic.fit import from_pattern

BIG = 2**63
HUGE = 10**30
LONG_TEXT = 60_000
"""More than SQLite compares with LIKE, and than most columns take; less than servers take in a request line."""
INT4_LARGEST, INT8_LARGEST = "2**31-1", "2**63-1"
DEEP = 50_000
_MOST_CHOICES = 4

_DATES = ("2024-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59+14:00", "2024-13-01T25:61:61Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)


@dataclass(frozen=True)
class Hostile:
    """One value: `what` names it for people; a `literal` is JSON text that a JSON value cannot hold.

    `plausible` says that an honest client could send it by mistake or on purpose; `exotic`, that only somebody who
    looks for trouble would.
    """

    what: str
    value: Json = None
    literal: str | None = None
    plausible: bool = False
    exotic: bool = False


def hostile_values(good: Json, schema: dict[str, Json]) -> Iterator[Hostile]:
    """Values to put in the place of `good`; `schema` is its JSON Schema, or empty."""
    yield Hostile("null", None, plausible=True)
    kind = _kind(good, schema)
    yield from _BY_KIND[kind]
    if kind == "string":
        yield from _allowed(good, schema)
        yield from _texts(good, schema)
    for other, examples in _OTHER_TYPES.items():
        if other != kind and not (kind == "number" and other == "integer"):
            yield from examples


def hostile_segments() -> Iterator[Hostile]:
    """Texts for a path parameter."""
    for text in ("0", "-1", "999999999"):
        yield Hostile(text, text, plausible=True)
    yield Hostile("2**63", str(BIG))
    yield Hostile("10**30", str(HUGE))
    for text in ("abc", "1.5", "null", "%00", "%FF", "%F0%9F%98%80", "..%2F.."):
        yield Hostile(text, text)
    yield Hostile("300 letters", "a" * 300)


def hostile_texts(schema: dict[str, Json], *, in_header: bool = False) -> Iterator[Hostile]:
    """Texts for a query parameter or, without those that no header may hold, for a header."""
    yield Hostile("empty", "", plausible=True)
    if _kind("", schema) in {"integer", "number"}:
        yield Hostile("0", "0", plausible=True)
        yield Hostile("-1", "-1", plausible=True)
    yield Hostile("2**63", str(BIG))
    yield Hostile("10**30", str(HUGE))
    for text in ("abc", "nan", "1e400", "null", "[]", "'\"%s{0}\\"):
        yield Hostile(text, text)
    if not in_header:
        yield from _TEXTS_OF_ATTACKERS


def _kind(good: Json, schema: dict[str, Json]) -> str:
    declared = schema.get("type")
    if isinstance(declared, list):
        declared = next((item for item in declared if item != "null"), None)
    if isinstance(declared, str) and declared in _BY_KIND:
        return declared
    for name, types in _TYPES.items():
        if isinstance(good, types):
            return name
    return "string"


def _texts(good: Json, schema: dict[str, Json]) -> Iterator[Hostile]:
    text = good if isinstance(good, str) else ""
    if _DATE.match(text) or str(schema.get("format", "")).startswith("date"):
        for date in _DATES:
            yield Hostile(date, date)
        yield Hostile("a time without a zone", "2024-02-29T12:00:00", plausible=True)
        yield Hostile("a time with a zone", "2024-02-29T12:00:00+02:00", plausible=True)
    if _UUID.match(text) or schema.get("format") == "uuid":
        for uuid in ("not-a-uuid", "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}"):
            yield Hostile(uuid, uuid)
    if schema.get("enum"):
        yield Hostile("no value of the enumeration", "no-such-value")


def _allowed(good: Json, schema: dict[str, Json]) -> Iterator[Hostile]:
    """Other texts that the schema allows: what a table behind it may lack."""
    choices = schema.get("enum")
    for choice in [each for each in choices if each != good][:_MOST_CHOICES] if isinstance(choices, list) else []:
        yield Hostile(json.dumps(choice), choice, plausible=True)
    pattern, least, most = schema.get("pattern"), schema.get("minLength"), schema.get("maxLength")
    if isinstance(pattern, str):
        rng = random.Random(pattern)  # noqa: S311 - repeatable by design
        text = from_pattern(
            pattern, least if isinstance(least, int) else 0, most if isinstance(most, int) else None, rng
        )
        if text is not None and text != good:
            yield Hostile(f'"{text}", which its pattern allows', text, plausible=True)


_TYPES: dict[str, type | tuple[type, ...]] = {
    "boolean": bool,
    "integer": int,
    "number": float,
    "string": str,
    "array": list,
    "object": dict,
}

_NUMBERS = (
    Hostile("0", 0, plausible=True),
    Hostile("-1", -1, plausible=True),
    Hostile(INT4_LARGEST, 2**31 - 1),
    Hostile(INT8_LARGEST, BIG - 1),
    Hostile("2**63", BIG),
    Hostile("-2**63-1", -BIG - 1),
    Hostile("10**30", HUGE, exotic=True),
    Hostile("1e308", 1e308, exotic=True),
    Hostile("1e400", literal="1e400", exotic=True),
    Hostile("NaN", literal="NaN", exotic=True),
    Hostile("Infinity", literal="Infinity", exotic=True),
    Hostile("-Infinity", literal="-Infinity", exotic=True),
    Hostile("5000 digits", literal="9" * 5000, exotic=True),
)

_TEXTS_OF_ATTACKERS = (
    Hostile("a NUL character", "a\x00b", exotic=True),
    Hostile(f"{LONG_TEXT} letters", "a" * LONG_TEXT, exotic=True),
)

_BY_KIND: dict[str, tuple[Hostile, ...]] = {
    "integer": (*_NUMBERS, Hostile("1.5", 1.5)),
    "number": (*_NUMBERS, Hostile("0.1", 0.1, plausible=True)),
    "string": (
        Hostile("empty", "", plausible=True),
        Hostile("blank", " ", plausible=True),
        Hostile("accents and emoji", "Zoë 😀", plausible=True),
        Hostile("quotes and percent signs", 'O\'Neil "100%s" {0}', plausible=True),
        Hostile("a lone surrogate", literal='"\\ud800"', exotic=True),
        *_TEXTS_OF_ATTACKERS,
    ),
    "boolean": (Hostile("2", 2),),
    "array": (
        Hostile("an empty list", [], plausible=True),
        Hostile("a list with null", [None]),
        Hostile("a list with a list", [[]]),
        Hostile("a list with a number", [1]),
        Hostile("a list with an object", [{}]),
    ),
    "object": (Hostile("an empty object", {}, plausible=True),),
}

_OTHER_TYPES: dict[str, tuple[Hostile, ...]] = {
    "string": (Hostile("a text", "abc"), Hostile("an empty text", "")),
    "integer": (Hostile("a number", 7),),
    "boolean": (Hostile("true", True),),
    "array": (Hostile("a list", ["abc"]),),
    "object": (Hostile("an object", {"a": "b"}),),
}
