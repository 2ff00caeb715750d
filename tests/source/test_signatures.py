from collections.abc import Callable

import pytest
from pydantic import BaseModel

from crashworthy.core.operation import Operation
from crashworthy.source.tree import SourceTree

Parse = Callable[..., SourceTree]

HEAD = """
import enum
from datetime import date
from typing import Annotated, Literal
from uuid import UUID
from fastapi import Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query, Request, UploadFile
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr, Field, conint
app = FastAPI()

class Size(str, enum.Enum):
    small = "small"
    large = "large"

class Line(BaseModel):
    product: int
    quantity: int = Field(1, gt=0, le=10)

class Order(BaseModel):
    email: EmailStr
    name: str = Field(min_length=1, max_length=20, pattern="^[a-z]+$")
    size: Size = Size.small
    kind: Literal["a", "b"] = "a"
    note: str | None = None
    count: conint(ge=2) = 2
    lines: list[Line] = Field(min_length=1)
    tags: dict[str, int] = {}
    renamed: int = Field(alias="other")

Limit = Annotated[int, Query(ge=1, le=50)]

def paging(page: int = 1, limit: Limit = 10): ...

"""


def operation(parse: Parse, signature: str, path: str = "/x", verb: str = "post") -> Operation:
    return parse(main=f"{HEAD}@app.{verb}({path!r})\ndef handler({signature}): ...\n").operations[0]


def test_a_model_becomes_the_body(parse: Parse) -> None:
    body = operation(parse, "order: Order").body
    assert body is not None
    assert body.required
    properties = body.data_schema["properties"]
    assert isinstance(properties, dict)
    assert properties["email"] == {"type": "string", "format": "email"}
    assert properties["name"] == {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z]+$"}
    assert properties["size"] == {"enum": ["small", "large"], "type": "string"}
    assert properties["kind"] == {"enum": ["a", "b"], "type": "string", "default": "a"}
    assert properties["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert properties["count"] == {"type": "integer", "minimum": 2, "default": 2}
    assert properties["tags"] == {"type": "object", "additionalProperties": {"type": "integer"}}
    lines = properties["lines"]
    assert isinstance(lines, dict)
    assert lines["minItems"] == 1
    assert lines["items"] == {
        "type": "object",
        "properties": {
            "product": {"type": "integer"},
            "quantity": {"type": "integer", "exclusiveMinimum": 0, "maximum": 10, "default": 1},
        },
        "required": ["product"],
    }
    assert body.data_schema["required"] == ["email", "name", "lines", "other"]


@pytest.mark.parametrize(
    ("signature", "name", "where", "required", "schema"),
    [
        ("q: str = ''", "q", "query", False, {"type": "string", "default": ""}),
        ("day: date", "day", "query", True, {"type": "string", "format": "date"}),
        ("limit: Limit = 5", "limit", "query", False, {"type": "integer", "minimum": 1, "maximum": 50, "default": 5}),
        ("n: int = Query(..., gt=3)", "n", "query", True, {"type": "integer", "exclusiveMinimum": 3}),
        ("n: int = Query(4, alias='m')", "m", "query", False, {"type": "integer", "default": 4}),
        ("x_key: str = Header()", "x-key", "header", True, {"type": "string"}),
        (
            "c: Annotated[str | None, Cookie()] = None",
            "c",
            "cookie",
            False,
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
        ),
        (
            "p = Depends(paging)",
            "limit",
            "query",
            False,
            {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
        ),
    ],
)
def test_parameters(
    parse: Parse, signature: str, name: str, where: str, required: bool, schema: dict[str, object]
) -> None:
    found = {one.name: one for one in operation(parse, signature, verb="get").parameters}
    assert (str(found[name].where), found[name].required) == (where, required)
    assert found[name].data_schema == schema


def test_path_parameters(parse: Parse) -> None:
    signature = "item: UUID, number: Annotated[int, Path(ge=1)]"
    found = operation(parse, signature, "/{item}/{number}", "get").parameters
    assert [one.data_schema for one in found] == [
        {"type": "string", "format": "uuid"},
        {"type": "integer", "minimum": 1},
    ]


def test_what_the_framework_supplies_is_no_input(parse: Parse) -> None:
    found = operation(parse, "request: Request, p = Depends(lambda: 1)")
    assert (found.parameters, found.body) == ((), None)


@pytest.mark.parametrize(
    ("signature", "content_type", "names"),
    [
        ("form: OAuth2PasswordRequestForm = Depends()", "application/x-www-form-urlencoded", ["username", "password"]),
        ("name: str = Form(), age: int = Form(3)", "application/x-www-form-urlencoded", ["name", "age"]),
        ("file: UploadFile", "multipart/form-data", ["file"]),
        ("order: Order, line: Line", "application/json", ["order", "line"]),
        ("n: int = Body(embed=True)", "application/json", ["n"]),
    ],
)
def test_bodies_of_several_fields(parse: Parse, signature: str, content_type: str, names: list[str]) -> None:
    body = operation(parse, signature).body
    assert body is not None
    assert body.content_type == content_type
    assert list(body.data_schema["properties"]) == names  # type: ignore[arg-type]


class Mirror(BaseModel):
    """The same model, so that Pydantic's own schema can be compared."""

    a: int
    b: list[float] = []
    c: dict[str, bool]
    d: str | None = None


def test_required_fields_are_those_that_pydantic_requires(parse: Parse) -> None:
    text = "class Mirror(BaseModel):\n    a: int\n    b: list[float] = []\n    c: dict[str, bool]\n"
    "    d: str | None = None\n"
    main = f"{HEAD}{text}\n@app.post('/x')\ndef handler(m: Mirror): ...\n"
    body = parse(main=main).operations[0].body
    assert body is not None
    assert body.data_schema["required"] == Mirror.model_json_schema()["required"]
