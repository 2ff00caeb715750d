"""The sick services of other sites and their healthy twins."""

from __future__ import annotations

from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.core.scenario import Save
from crashworthy.core.value import Json
from crashworthy.lab.traffic.encode import FORM, MULTIPART
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
_LOGIN = step("POST", "/login", body={"username": "user${unique}1", "password": "Str0ng-${unique}1"})
_CHANGE = step("POST", "/address", body={"address": "Road ${unique}1"}).model_copy(update={"content_type": FORM})
ADDRESS = api(
    operation("POST", "/login", object_of("username", "password", kind="string")),
    operation("POST", "/address", object_of("address", kind="string")),
    ways=((_LOGIN,), (_LOGIN, _CHANGE)),
)
ADDRESS_PAGE = api(
    *ADDRESS.operations,
    operation("GET", "/address"),
    ways=(
        (_LOGIN,),
        (_LOGIN, step("GET", "/address")),
        (
            _LOGIN,
            step("GET", "/address", save="t", saved_at="/t"),
            _CHANGE.model_copy(update={"body": {"address": "Road ${unique}1", "t": "${t}"}}),
        ),
    ),
)
TRANSFERS = api(
    operation("POST", "/login", object_of("username", "password", kind="string")),
    operation("POST", "/transfers", object_of("amount")),
    operation("GET", "/transfers"),
    ways=(
        (_LOGIN,),
        (_LOGIN, step("POST", "/transfers", body={"amount": 5})),
        (_LOGIN, step("GET", "/transfers")),
    ),
)
_LOGIN_TELLS = _LOGIN.model_copy(update={"saves": (Save(name="repeat", path="/repeat"),)})
TRANSFERS_REPEATED = api(
    *TRANSFERS.operations,
    ways=(
        (_LOGIN_TELLS,),
        (_LOGIN_TELLS, step("POST", "/transfers", body={"amount": 5, "repeat": "${repeat}"})),
        (_LOGIN_TELLS, step("GET", "/transfers")),
    ),
)
_FILE: dict[str, Json] = {"file": {"filename": "a.txt", "content": "hello", "content_type": "text/plain"}}
_PICTURE = step("POST", "/pictures", body=_FILE).model_copy(update={"content_type": MULTIPART})
PICTURES = api(operation("POST", "/pictures", {}), operation("GET", "/pictures/{name}"), ways=((_PICTURE,),))
_AVATAR = step("POST", "/avatars", body=_FILE, save="avatar").model_copy(update={"content_type": MULTIPART})
AVATARS = api(
    operation("POST", "/avatars", {}),
    operation("GET", "/avatars/{avatar_id}"),
    ways=((_AVATAR,), (_AVATAR, step("GET", "/avatars/{avatar_id}", path="/avatars/${avatar}"))),
)

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
    "cross_site_change": (
        SickService("flask_address", "flask", "flask_address_sick", ("flask_lax_healthy",), ADDRESS, "POST /address"),
        SickService("flask_token", "flask", None, ("flask_token_healthy",), ADDRESS_PAGE, "POST /address"),
        SickService(
            "fastapi_transfer",
            "fastapi",
            "fastapi_transfer_sick",
            ("fastapi_origin_healthy", "fastapi_type_healthy"),
            TRANSFERS,
            "POST /transfers",
        ),
        SickService(
            "fastapi_repeat", "fastapi", None, ("fastapi_repeat_healthy",), TRANSFERS_REPEATED, "POST /transfers"
        ),
    ),
    "active_upload": (
        SickService(
            "flask_folder",
            "flask",
            "flask_folder_sick",
            ("flask_download_healthy", "flask_policy_healthy"),
            PICTURES,
            "POST /pictures",
        ),
        SickService(
            "fastapi_type", "fastapi", "fastapi_type_sick", ("fastapi_type_healthy",), AVATARS, "POST /avatars"
        ),
    ),
}
EXPERIMENTS = dict.fromkeys(ALL, "other-sites") | {
    "script_in_page": "script-in-page",
    "cross_site_change": "foreign-form",
    "active_upload": "active-upload",
}
