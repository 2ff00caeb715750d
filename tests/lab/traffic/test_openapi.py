"""Operations from OpenAPI documents, mended where they are slightly invalid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.location import Location
from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.lab.traffic.discover import Discovery, discover
from crashworthy.lab.traffic.openapi import SecurityScheme, parse_openapi

DOCUMENT = """
openapi: 3.0.3
info: {title: T, version: "1"}
servers: [{url: "https://example.com/{stage}/v1", variables: {stage: {default: api}}}]
security: [{key: []}]
paths:
  /orders/{order_id}:
    parameters:
      - {$ref: '#/components/parameters/order'}
    get:
      responses: {200: {description: ok}, "404": {description: no}}
    put:
      security: []
      requestBody:
        required: true
        content:
          multipart/form-data: {schema: {type: object}}
          application/json:
            schema: {$ref: '#/components/schemas/Order'}
            examples: {one: {value: {total: 3}}}
      responses: {}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  parameters:
    order: {name: order_id, in: path, required: true, schema: {type: integer}}
  schemas:
    Base:
      type: object
      required: [kind, id]
      properties: {id: {type: integer, readOnly: true}, kind: {type: string}}
    Order:
      allOf:
        - $ref: '#/components/schemas/Base'
        - type: object
          required: [total]
          properties:
            total: {type: number, minimum: 0, exclusiveMinimum: true}
            note: {type: string, nullable: true, enum: [a, b]}
            parent: {$ref: '#/components/schemas/Order'}
"""


def test_references_parameters_bodies_security_and_servers() -> None:
    api = parse_openapi(DOCUMENT, "openapi.yaml")
    get, put = api.operations
    assert get.name == "GET /api/v1/orders/{order_id}"
    assert get.parameters == (
        Parameter(name="order_id", where=ParameterIn.PATH, required=True, data_schema={"type": "integer"}),
    )
    assert (get.needs_login, put.needs_login) == (True, False)
    assert get.declared_statuses == ("200", "404")
    assert put.body is not None
    assert put.body.content_type == "application/json"
    assert put.body.data_schema == {
        "type": "object",
        "required": ["kind", "total"],
        "properties": {
            "kind": {"type": "string"},
            "total": {"type": "number", "exclusiveMinimum": 0},
            "note": {"type": ["string", "null"], "enum": ["a", "b", None]},
            "parent": {},
        },
        "examples": [{"total": 3}],
    }
    assert api.schemes == (SecurityScheme("api-key", "header", "X-Key"),)
    assert api.notes == ()


def test_slight_mistakes_are_mended_with_their_lines() -> None:
    document = """openapi: 3.1.0
paths:
  things/{id}/{kind}:
    get:
      parameters:
        - {name: id, in: path, schema: {type: int}}
        - {name: gone, in: path, schema: {type: string}}
        - {in: query}
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Missing'}
"""
    api = parse_openapi(document, "api.yaml")
    assert [operation.name for operation in api.operations] == ["GET /things/{id}/{kind}", "POST /things/{id}/{kind}"]
    assert {(p.name, str(p.data_schema.get("type"))) for p in api.operations[0].parameters} == {
        ("id", "integer"),
        ("kind", "string"),
    }
    text = "\n".join(api.notes)
    assert "api.yaml:3: a path begins with a slash" in text
    assert "api.yaml:6: int is no type of JSON Schema; taken as integer" in text
    assert "api.yaml:8: a parameter needs `name` and `in`" in text
    assert "api.yaml:13: the reference #/components/schemas/Missing leads to nothing" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"openapi": "3.0.0",\n "paths": {]}', "api.json:2: invalid JSON"),
        ("openapi: 3.0.0\npaths:\n  /a: [\n", "api.json:4: invalid YAML"),
        ("- 1\n- 2\n", "api.json:1: an OpenAPI document is an object, this is a list"),
        ("openapi: 3.0.0\ninfo: {}\n", "`paths` is empty or missing"),
        ("openapi: 3.0.0\n\npaths: 3\n", "api.json:3: `paths` is not an object"),
        ("name: x\n", "api.json:1: this is no OpenAPI document"),
        ("openapi: 3.0.0\npaths:\n  /a: {}\n", "no operations under paths"),
    ],
)
def test_unusable_documents_name_the_line_and_what_to_do(text: str, message: str) -> None:
    with pytest.raises(CrashworthyError) as caught:
        parse_openapi(text, "api.json")
    assert message in caught.value.message
    assert "--openapi" in caught.value.remedy


def test_swagger_2_bodies_and_base_path() -> None:
    document = {
        "swagger": "2.0",
        "basePath": "/v2",
        "paths": {
            "/pets": {
                "post": {
                    "consumes": ["application/json"],
                    "parameters": [{"in": "body", "name": "body", "schema": {"$ref": "#/definitions/Pet"}}],
                }
            },
            "/pets/{id}/photo": {
                "post": {
                    "parameters": [
                        {"in": "path", "name": "id", "type": "integer", "required": True},
                        {"in": "formData", "name": "file", "type": "file", "required": True},
                    ]
                }
            },
        },
        "definitions": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}},
    }
    pets, photo = parse_openapi(json.dumps(document), "swagger.json").operations
    assert pets.name == "POST /v2/pets"
    assert pets.body is not None
    assert pets.body.data_schema["properties"] == {"name": {"type": "string"}}
    assert photo.body is not None
    assert photo.body.content_type == "multipart/form-data"
    assert photo.body.data_schema["properties"] == {"file": {"type": "string", "format": "binary"}}


def test_a_discriminator_fixes_each_variant() -> None:
    document = """
openapi: 3.1.0
paths:
  /pay:
    post:
      requestBody:
        content:
          application/json:
            schema:
              oneOf: [{$ref: '#/components/schemas/Card'}, {$ref: '#/components/schemas/Bank'}]
              discriminator: {propertyName: kind, mapping: {card: '#/components/schemas/Card'}}
components:
  schemas:
    Card: {type: object, properties: {kind: {type: string}}}
    Bank: {type: object, properties: {kind: {type: string}}}
"""
    body = parse_openapi(document, "a.yaml").operations[0].body
    assert body is not None
    variants = body.data_schema["oneOf"]
    assert [v["properties"]["kind"]["const"] for v in variants] == ["card", "Bank"]  # type: ignore[index, call-overload, union-attr]


def test_a_document_that_multiplies_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(CrashworthyError):
        parse_openapi("\n".join(lines), "bomb.yaml")


ROUTE = Operation(
    method="GET", path="/orders/{id}", handler=Location(file="app.py", line=3), source="routes", needs_login=True
)
EXTRA = Operation(method="POST", path="/hidden", source="routes")


def test_routes_are_merged_in_by_shape(tmp_path: Path, tree_of) -> None:
    (tmp_path / "openapi.yaml").write_text(
        "openapi: 3.0.0\nservers: [{url: /proxy}]\npaths:\n  /orders/{order_id}:\n    get: {responses: {}}\n"
    )
    docs = Operation(method="GET", path="/docs", source="routes")
    found = discover(tree_of(root=tmp_path, operations=(ROUTE, EXTRA, docs)))
    assert [operation.name for operation in found.operations] == ["GET /orders/{order_id}", "POST /hidden"]
    assert found.operations[0].handler == ROUTE.handler
    assert found.operations[0].needs_login is True
    assert any("added from the source: POST /hidden" in note for note in found.notes)


def test_a_given_document_must_be_usable_but_one_that_lies_around_need_not(tmp_path: Path, tree_of) -> None:
    broken = tmp_path / "openapi.json"
    broken.write_text("{")
    found = discover(tree_of(root=tmp_path, operations=(ROUTE,)))
    assert found.operations == (ROUTE,)
    assert any("openapi.json is left out" in note for note in found.notes)
    with pytest.raises(CrashworthyError, match=r"openapi\.json:1"):
        discover(tree_of(root=tmp_path), openapi_file=broken)
    with pytest.raises(CrashworthyError, match="cannot be read"):
        discover(tree_of(root=tmp_path), openapi_file=tmp_path / "none.yaml")


def test_without_documents_the_routes_are_all(tmp_path: Path, tree_of) -> None:
    assert discover(tree_of(root=tmp_path, operations=(ROUTE,))) == Discovery((ROUTE,))
