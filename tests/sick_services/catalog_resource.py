"""The sick services of resources and their healthy twins."""

from __future__ import annotations

from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.core.value import Json
from sick_services.service import SickService, api, operation, step

_INTEGER: dict[str, Json] = {"type": "integer"}
CURVE = api(
    Operation(
        method="GET",
        path="/curve",
        parameters=(Parameter(name="points", where=ParameterIn.QUERY, data_schema=_INTEGER),),
    ),
    ways=((step("GET", "/curve"),),),
)
_BATCH: dict[str, Json] = {"type": "object", "properties": {"prefix": {"type": "string"}, "count": _INTEGER}}
CODES = api(
    operation("POST", "/codes", _BATCH),
    ways=((step("POST", "/codes", body={"prefix": "summer", "count": 5}),),),
)

ALL = {
    "cost_by_number": (
        SickService("flask_report", "flask", "flask_report_sick", ("flask_report_healthy",), CURVE, "GET /curve"),
        SickService(
            "fastapi_codes",
            "fastapi",
            "fastapi_codes_sick",
            ("fastapi_codes_healthy", "fastapi_export_healthy"),
            CODES,
            "POST /codes",
        ),
    ),
}
EXPERIMENTS = {"cost_by_number": "cost-by-number"}
