"""Other values for an input: the ends of its range and beyond, other members, other times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from crashworthy.core.value import Json
from crashworthy.lab.traffic.schema import Schema
from crashworthy.lab.traffic.template import escape

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_DAYS = (-30, 400, 0)


def variations(schema: Schema, present: Json, literals: Sequence[Json] = ()) -> list[Json]:
    """Values unlike `present` that a service may treat otherwise, those that its own rules allow first.

    `literals` are values that the source compares the input with.
    """
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    enum = schema.get("enum")
    found: list[Json] = []
    if isinstance(enum, list):
        found += [item for item in enum if item is not None]
    found += [item for item in literals if _fits(item, kinds)]
    if "boolean" in kinds or isinstance(present, bool):
        found += [not present] if isinstance(present, bool) else [True, False]
    elif "integer" in kinds or "number" in kinds or isinstance(present, (int, float)):
        found += _numbers(schema, whole="number" not in kinds)
    elif isinstance(present, str) and (schema.get("format") in ("date", "date-time") or _DATE.match(present)):
        found += _moments(present, schema)
    elif schema.get("format") in ("date", "date-time"):
        found += _moments("2000-01-01" if schema["format"] == "date" else "2000-01-01T00:00:00Z", schema)
    distinct: list[Json] = []
    for value in found:
        if value != present and not any(
            value is each or (value == each and type(value) is type(each)) for each in distinct
        ):
            distinct.append(value)
    return [escape(value) for value in distinct]


def _numbers(schema: Schema, *, whole: bool) -> list[Json]:
    """The declared ends, then numbers on the other side of nought and far away, as far as the schema allows them."""
    low, high = (schema.get(key) for key in ("minimum", "maximum"))
    above, below = (schema.get(key) for key in ("exclusiveMinimum", "exclusiveMaximum"))
    ends = [end for end in (high, low) if isinstance(end, (int, float)) and not isinstance(end, bool)]
    wild: list[int | float] = [*ends, -30, 0, 1, 5, 100, 10_000] if whole else [*ends, -30, 0, 1, 5, 100, 10_000, 0.01]

    def allowed(value: float) -> bool:
        return (
            not (isinstance(low, (int, float)) and value < low)
            and not (isinstance(high, (int, float)) and value > high)
            and not (isinstance(above, (int, float)) and value <= above)
            and not (isinstance(below, (int, float)) and value >= below)
        )

    return [value for value in wild if allowed(value)]


def _moments(present: str, schema: Schema) -> list[Json]:
    """A month ago, in a year, now: in the layout of the present value."""
    now = datetime.now(UTC)
    with_time = schema.get("format") == "date-time" or _MOMENT.fullmatch(present) is not None
    layout = "%Y-%m-%dT%H:%M:%SZ" if with_time and (present.endswith("Z") or "+" in present) else "%Y-%m-%dT%H:%M:%S"
    return [(now + timedelta(days=days)).strftime(layout if with_time else "%Y-%m-%d") for days in _DAYS]


def _fits(value: Json, kinds: Sequence[Json]) -> bool:
    if None in kinds:
        return True
    name = "boolean" if isinstance(value, bool) else {int: "integer", float: "number", str: "string"}.get(type(value))
    return name in kinds or (name == "integer" and "number" in kinds)
