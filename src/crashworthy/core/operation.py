"""Operation: one method and path of the API of the service."""

from __future__ import annotations

from enum import StrEnum

from crashworthy.core.location import Location
from crashworthy.core.value import Json, Value


class ParameterIn(StrEnum):
    """Where a parameter travels."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"


class Parameter(Value):
    """One parameter; `data_schema` is a JSON Schema with all references resolved."""

    name: str
    where: ParameterIn
    required: bool = False
    data_schema: dict[str, Json] = {}


class Body(Value):
    """The request body; `data_schema` is a JSON Schema with all references resolved."""

    content_type: str = "application/json"
    required: bool = True
    data_schema: dict[str, Json] = {}


class Operation(Value):
    """One method and path template such as `/orders/{order_id}`.

    `declared_statuses` are the response statuses that the API's own description names ("200", "4XX", ...).
    `source` says where the operation is known from: "openapi", "routes" or "recorded".
    """

    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    declared_statuses: tuple[str, ...] = ()
    needs_login: bool | None = None
    handler: Location | None = None
    summary: str | None = None
    source: str = "openapi"

    @property
    def name(self) -> str:
        """`METHOD /path`, the name by which everything else refers to the operation."""
        return f"{self.method} {self.path}"

    @property
    def is_safe(self) -> bool:
        """Whether HTTP promises that the method changes nothing (RFC 9110, section 9.2.1, and IANA's registry)."""
        return self.method in {"GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT"}
