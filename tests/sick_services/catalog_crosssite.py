"""The sick services of other sites and their healthy twins."""

from __future__ import annotations

from crashworthy.core.operation import Operation, Parameter, ParameterIn
from sick_services.catalog_access import ME_BY_COOKIE
from sick_services.service import SickService, api, object_of, operation, step


def _get(path: str, *names: str) -> Operation:
    parameters = tuple(Parameter(name=name, where=ParameterIn.QUERY) for name in names)
    return Operation(method="GET", path=path, parameters=parameters)


COMMENTS = api(
    operation("POST", "/comments", object_of("text", kind="string")),
    operation("GET", "/comments"),
    ways=((step("POST", "/comments", body={"text": "fine ${unique}1"}),), (step("GET", "/comments"),)),
)
SEARCH = api(_get("/search", "q", "page"), ways=((step("GET", "/search"),),))
GO = api(_get("/go", "next"), ways=((step("GET", "/go"),),))
OUT = api(_get("/out", "url"), ways=((step("GET", "/out"),),))

ALL = {
    "script_in_page": (
        SickService(
            "flask_comments", "flask", "flask_comments_sick", ("flask_comments_healthy",), COMMENTS, "POST /comments"
        ),
        SickService(
            "fastapi_search",
            "fastapi",
            "fastapi_search_sick",
            ("fastapi_search_healthy", "fastapi_json_healthy"),
            SEARCH,
            "GET /search",
        ),
    ),
    "open_redirect": (
        SickService("flask_next", "flask", "flask_next_sick", ("flask_next_healthy",), GO, "GET /go"),
        SickService("fastapi_out", "fastapi", "fastapi_out_sick", ("fastapi_out_healthy",), OUT, "GET /out"),
    ),
    "open_to_any_origin": (
        SickService("flask_origin", "flask", "flask_origin_sick", ("flask_origin_healthy",), ME_BY_COOKIE, "GET /me"),
        SickService(
            "fastapi_origin", "fastapi", "fastapi_origin_sick", ("fastapi_origin_healthy",), ME_BY_COOKIE, "GET /me"
        ),
    ),
}
EXPERIMENTS = dict.fromkeys(ALL, "other-sites") | {"script_in_page": "script-in-page"}
