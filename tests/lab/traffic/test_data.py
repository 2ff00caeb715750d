"""Request data: sensible, valid, and the same for the same seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.lab.traffic.data import ALL, REQUIRED, USUAL, Maker
from crashworthy.lab.traffic.template import fill

NOW = datetime(2030, 5, 17, 12, 30, tzinfo=UTC)


def made(schema: dict[str, Any], *, level: int = ALL, seed: int = 0, **fields: Any) -> Any:
    maker = Maker(random.Random(seed), level=level, now=NOW, **fields)
    return fill(maker.value(schema, ("body",)), {"unique": "1001"})


STRINGS = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "minLength": st.integers(0, 12),
        "maxLength": st.integers(12, 40),
        "format": st.sampled_from(["email", "date", "date-time", "uuid", "uri", "ipv4"]),
    },
).filter(lambda s: "format" not in s or not {"minLength", "maxLength"} & s.keys())
PATTERNS = st.sampled_from([r"^[A-Z]{3}$", r"^[A-Z0-9-]{2,40}$", r"^\d{4}$", r"^sku_[a-z0-9]{8,12}$", "x+y"]).map(
    lambda pattern: {"type": "string", "pattern": pattern}
)
NUMBERS = st.builds(
    lambda kind, low, span, open_, step: {
        "type": kind,
        ("exclusiveMinimum" if open_ else "minimum"): low,
        "maximum": low + span,
        **({"multipleOf": step} if step else {}),
    },
    st.sampled_from(["integer", "number"]),
    st.integers(-1000, 1000),
    st.integers(20, 10_000),
    st.booleans(),
    st.sampled_from([None, 1, 5, 10]),
)
LEAVES = st.one_of(
    STRINGS, PATTERNS, NUMBERS, st.just({"type": "boolean"}), st.just({"enum": ["a", 2, None]}), st.just({"const": 4})
)
NAMES = st.sampled_from(["name", "email", "price", "quantity", "starts_at", "ends_at", "code", "id", "is_active", "x"])
SCHEMAS = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.builds(lambda item, n: {"type": "array", "items": item, "minItems": n}, below, st.integers(0, 3)),
        st.builds(
            lambda properties, count: {
                "type": "object",
                "properties": properties,
                "required": sorted(properties)[:count],
                "additionalProperties": False,
            },
            st.dictionaries(NAMES, below, max_size=4),
            st.integers(0, 4),
        ),
        st.builds(lambda one, other: {"anyOf": [{"type": "null"}, one, other]}, below, below),
    ),
    max_leaves=8,
)


@given(SCHEMAS, st.sampled_from([REQUIRED, USUAL, ALL]))
def test_values_are_valid(schema: dict[str, Any], level: int) -> None:
    jsonschema.validate(made(schema, level=level), schema, format_checker=jsonschema.FormatChecker())


@given(SCHEMAS, st.integers(0, 3))
def test_the_same_seed_gives_the_same_value(schema: dict[str, Any], seed: int) -> None:
    assert made(schema, seed=seed) == made(schema, seed=seed)


def text(*names: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": list(names)}


def test_texts_by_name() -> None:
    value = made(text("email", "currency", "country", "password", "password_confirm", "phone", "sku"), ordinal=7)
    assert value["email"] == "user100117@example.com"
    assert (value["currency"], value["country"]) == ("EUR", "DE")
    assert value["password"] == value["password_confirm"]
    assert value["phone"] == "+49170100117"
    assert "100117" in value["sku"]


@pytest.mark.parametrize("second", ["password2", "password_2", "confirm", "repeatPassword"])
def test_the_password_is_repeated_whatever_the_field_is_called(second: str) -> None:
    value = made(text("login", "password", second))
    assert value[second] == value["password"]


def test_the_number_of_a_card_is_one_that_passes_for_it() -> None:
    number = {"type": "string", "pattern": r"^\d{16}$"}
    schema = {"type": "object", "properties": {"card": {"type": "object", "properties": {"number": number}}}}
    assert made(schema) == {"card": {"number": "4242424242424242"}}


def test_ends_come_after_starts_and_births_before_now() -> None:
    value = made(text("start_date", "end_date", "birth_date"))
    assert "2030-05-17" < value["start_date"] < value["end_date"]
    assert value["birth_date"] < "2012"


def test_actors_differ_where_it_matters() -> None:
    schema = text("email", "currency")
    one, other = (made(schema, actor=actor) for actor in ("A", "B"))
    assert one["email"] != other["email"]
    assert one["currency"] == other["currency"]


def test_what_can_be_bought_is_in_stock() -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "stock": {"type": "integer", "default": 0},
            "note": {"type": "string"},
        },
        "required": ["name"],
    }
    assert made(schema, level=REQUIRED).keys() == {"name", "stock"}
    assert made(schema, level=REQUIRED)["stock"] > 0
    assert made(schema, level=USUAL).keys() == {"name", "stock", "note"}


def test_patches_known_values_and_candidates() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "kind": {"type": "string"}}, "required": ["a"]}
    value = made(
        schema,
        patches={("body", "a"): None, ("body", "b"): {"type": "integer", "minimum": 5}},
        known={("body", "c"): "${unique}"},
        candidates={"kind": ("card", "bank")},
    )
    assert value == {"b": 5, "c": "1001", "kind": "card"}


@pytest.mark.parametrize("name", ["avatar", "document", "import_csv", "data_json", "file"])
def test_files_are_of_the_kind_the_name_asks_for(name: str) -> None:
    schema = {"type": "object", "properties": {name: {"type": "string", "format": "binary"}}, "required": [name]}
    assert {"filename", "content_type", "base64"} == made(schema)[name].keys()
