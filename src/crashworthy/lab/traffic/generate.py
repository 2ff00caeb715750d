"""Data that a schema allows, as Hypothesis draws it: what is tried when nothing that a reader would fill in is taken.

Imported where it is needed only: Hypothesis takes a second to load, and most operations are reached without it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from crashworthy.core.value import Json
from crashworthy.lab.traffic.schema import Schema, merged

_FOR_EACH = 8
_MAX_DEPTH = 5
_MAX_ITEMS = 4
_MAX_TEXT = 40
_LARGEST = 10_000
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 -"
_NOW = datetime(2030, 1, 1, tzinfo=UTC)
_FORMATS: dict[str, SearchStrategy[str]] = {
    "date": st.dates(_NOW.date()).map(str),
    "date-time": st.datetimes(_NOW.replace(tzinfo=None)).map(lambda each: f"{each.isoformat(timespec='seconds')}Z"),
    "time": st.times().map(lambda each: each.isoformat(timespec="seconds")),
    "email": st.from_regex(r"[a-z]{3,12}@example\.(com|org)", fullmatch=True),
    "uuid": st.uuids().map(str),
    "uri": st.from_regex(r"https://example\.(com|org)/[a-z]{1,8}", fullmatch=True),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
}


def draw(schema: Schema, count: int, number: int) -> list[Json]:
    """At most `count` different values for a schema without references; the same `number` draws the same ones.

    Empty where the schema allows nothing, or says what Hypothesis cannot draw.
    """
    found: list[Json] = []

    @seed(number)
    @settings(
        max_examples=_FOR_EACH * count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_of(schema, 0))
    def keep(value: Json) -> None:
        if value not in found:
            found.append(value)

    with TemporaryDirectory(prefix="crashworthy-") as home:
        # It keeps tables there, by default in the folder that somebody works in.
        set_hypothesis_home_dir(home)
        try:
            keep()
        except (HypothesisException, re.error, ValueError, TypeError):
            return []
        finally:
            set_hypothesis_home_dir(None)
    # Neighbours are much alike, and the first ones are the simplest that there are.
    return found[:: -max(1, len(found) // count)][:count]


def _of(schema: Schema, depth: int) -> SearchStrategy[Any]:
    if "const" in schema:
        return st.just(schema["const"])
    enum = schema.get("enum")
    if isinstance(enum, list) and enum:
        return st.sampled_from(enum)
    for key in ("oneOf", "anyOf"):
        members = schema.get(key)
        if isinstance(members, list) and members:
            rest = {name: value for name, value in schema.items() if name != key}
            return st.one_of(*(_of(merged(rest, each), depth) for each in members if isinstance(each, dict)))
    parts = schema.get("allOf")
    if isinstance(parts, list):
        whole: Schema = {name: value for name, value in schema.items() if name != "allOf"}
        for part in parts:
            whole = merged(whole, part) if isinstance(part, dict) else whole
        return _of(whole, depth)
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return st.one_of(*(_typed(str(kind), schema, depth) for kind in kinds))


def _typed(kind: str, schema: Schema, depth: int) -> SearchStrategy[Any]:
    if kind == "object":
        return _object(schema, depth)
    if kind == "array":
        items = schema.get("items")
        least = _whole(schema, "minItems", 0)
        most = max(least, min(_whole(schema, "maxItems", _MAX_ITEMS), least + _MAX_ITEMS))
        each = _of(items if isinstance(items, dict) else {}, depth + 1) if depth < _MAX_DEPTH else st.nothing()
        return st.lists(each, min_size=least, max_size=most)
    if kind in ("integer", "number"):
        least, most = _limits(schema)
        if kind == "integer":
            step = _whole(schema, "multipleOf", 1) or 1
            return st.integers(-(-least // step), most // step).map(lambda number: number * step)
        return st.integers(least * 100, most * 100).map(lambda number: number / 100)
    if kind == "boolean":
        return st.booleans()
    return st.none() if kind == "null" else _text(schema)


def _object(schema: Schema, depth: int) -> SearchStrategy[Any]:
    properties, required = schema.get("properties"), schema.get("required")
    known = properties if isinstance(properties, dict) and depth < _MAX_DEPTH else {}
    needed = {str(name) for name in required} if isinstance(required, list) else set()
    own = {name: _of(each, depth + 1) for name, each in known.items() if isinstance(each, dict)}
    return st.fixed_dictionaries(
        {name: each for name, each in own.items() if name in needed},
        optional={name: each for name, each in own.items() if name not in needed},
    )


def _text(schema: Schema) -> SearchStrategy[str]:
    pattern, kind = schema.get("pattern"), schema.get("format")
    if isinstance(kind, str) and kind in _FORMATS:
        return _FORMATS[kind]
    least = _whole(schema, "minLength", 1)
    most = max(least, min(_whole(schema, "maxLength", _MAX_TEXT), least + _MAX_TEXT))
    if isinstance(pattern, str):
        return st.from_regex(pattern, alphabet=st.characters(codec="ascii")).filter(
            lambda text: len(text) <= most and text.isprintable()
        )
    return st.text(_LETTERS, min_size=least, max_size=most)


def _limits(schema: Schema) -> tuple[int, int]:
    """Of whole numbers, both included."""
    least, most = _whole(schema, "minimum", 0), _whole(schema, "maximum", _LARGEST)
    least = max(least, _whole(schema, "exclusiveMinimum", least - 1) + 1)
    most = min(most, _whole(schema, "exclusiveMaximum", most + 1) - 1)
    return (least, max(most, least)) if "minimum" in schema or most >= least else (most - _LARGEST, most)


def _whole(schema: Schema, keyword: str, otherwise: int) -> int:
    value = schema.get(keyword)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
