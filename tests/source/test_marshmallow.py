from __future__ import annotations

from collections.abc import Callable

import pytest

from crashworthy.source.tree import SourceTree

Parse = Callable[..., SourceTree]

SERVICE = """
from flask import Flask, jsonify, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

app = Flask(__name__)

class Base(Schema):
    class Meta:
        unknown = EXCLUDE

class LineSchema(Base):
    sku = fields.Str(required=True, validate=validate.Regexp("^[A-Z]+$"))
    amount = fields.Int(load_default=1, validate=validate.Range(min=1, max=9))

class OrderSchema(Base):
    id = fields.Int(dump_only=True)
    email = fields.Email(required=True, validate=[validate.Length(max=80)])
    due = fields.Date(allow_none=True)
    kind = fields.String(validate=validate.OneOf(["gift", "own"]), data_key="type")
    lines = fields.List(fields.Nested(LineSchema), required=True, validate=validate.Length(min=1))

schema = OrderSchema()

@app.post("/orders")
def order():
    {}
    return jsonify(data), 201
"""
LOADED = {
    "type": "object",
    "properties": {
        "email": {"type": "string", "format": "email", "maxLength": 80},
        "due": {"type": "string", "format": "date"},
        "type": {"type": "string", "enum": ["gift", "own"]},
        "lines": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "pattern": "^[A-Z]+$"},
                    "amount": {"type": "integer", "minimum": 1, "maximum": 9, "default": 1},
                },
                "required": ["sku"],
            },
        },
    },
    "required": ["email", "lines"],
}


@pytest.mark.parametrize(
    "line",
    [
        "data = schema.load(request.get_json())",
        "data = OrderSchema().load(request.json or {})",
        "errors = schema.validate(request.get_json()); data = request.get_json()",
        "errors = schema.validate(request.get_json()); data = schema.load(request.get_json())",
    ],
)
def test_a_schema_that_loads_the_body_describes_it(parse: Parse, line: str) -> None:
    (operation,) = parse(app=SERVICE.replace("{}", line, 1)).operations
    assert operation.body is not None
    assert operation.body.data_schema == LOADED
