"""What is drawn keeps to its schema, is the same for the same number, and reaches what first choices do not."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from crashworthy.core.operation import Body, Operation
from crashworthy.lab.traffic.discover import Discovery
from crashworthy.lab.traffic.generate import draw

PARCEL = {
    "type": "object",
    "required": ["weight", "pay"],
    "properties": {
        "weight": {"type": "integer", "minimum": 2, "exclusiveMaximum": 90},
        "pay": {
            "oneOf": [
                {"type": "object", "required": ["card"], "properties": {"card": {"type": "string", "minLength": 3}}},
                {
                    "type": "object",
                    "required": ["voucher"],
                    "properties": {"voucher": {"type": "string", "pattern": "^[A-Z]{3}$"}},
                },
            ]
        },
        "notes": {"type": "array", "maxItems": 2, "items": {"type": ["string", "null"], "maxLength": 5}},
        "on": {"type": "string", "format": "date"},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "step": {"type": "integer", "multipleOf": 5},
        "kind": {"enum": ["a", "b"]},
        "both": {"allOf": [{"type": "string", "minLength": 2}, {"maxLength": 4}]},
    },
}


def test_values_keep_to_their_schema_and_repeat() -> None:
    values = draw(PARCEL, 20, 7)
    assert len(values) > 5
    assert values == draw(PARCEL, 20, 7)
    validator = Draft202012Validator(PARCEL, format_checker=FormatChecker())
    for value in values:
        validator.validate(value)


@pytest.mark.parametrize("schema", [{"type": "string", "pattern": "("}, {"type": "array", "items": {"anyOf": []}}])
def test_what_cannot_be_drawn_is_left_out(schema) -> None:
    assert all(isinstance(value, list) for value in draw(schema, 3, 1))


def test_an_operation_that_declines_what_people_fill_in_is_reached(thread_testbed, tree_of, run) -> None:
    spec = spec_from_file_location("odd_parcels", Path(__file__).parent / "services" / "odd_parcels.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    parcels = Operation(method="POST", path="/parcels", body=Body(data_schema=PARCEL))
    assert run(thread_testbed(module.make), tree_of(), Discovery((parcels,))).reached == {"POST /parcels"}
