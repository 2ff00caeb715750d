"""The sick services of resources and their healthy twins."""

from __future__ import annotations

from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.core.value import Json
from crashworthy.lab.traffic.encode import MULTIPART
from crashworthy.lab.traffic.files import sample_file
from sick_services.service import Api, SickService, api, object_of, operation, step

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


def _posts(path: str, body: Json, content_type: str) -> Api:
    sent = step("POST", path, body=body).model_copy(update={"content_type": content_type})
    return api(operation("POST", path, {}), ways=((sent,),))


AVATARS = _posts("/avatars", {"image": sample_file("image")}, MULTIPART)
IMPORTS = _posts("/imports", {"file": sample_file("zip")}, MULTIPART)
EVENTS = _posts("/events", {"events": [1, 2]}, "application/json")
SHEETS = _posts("/sheets", "<items><item>lamp</item></items>", "application/xml")
_TEXT: dict[str, Json] = {"type": "string"}
TEAMS = api(
    operation("POST", "/teams", object_of("name", kind="string")),
    ways=((step("POST", "/teams", body={"name": "red foxes"}),),),
)
SUBSCRIBERS = api(
    Operation(
        method="GET",
        path="/subscribers",
        parameters=(Parameter(name="mail", where=ParameterIn.QUERY, data_schema=_TEXT),),
    ),
    ways=((step("GET", "/subscribers"),),),
)

_document = step("POST", "/documents", body={"file": sample_file("file")}, save="document").model_copy(
    update={"content_type": MULTIPART}
)
_one_document = "/documents/${document}"
DOCUMENTS = api(
    operation("POST", "/documents", {}),
    operation("GET", "/documents/{document}"),
    operation("DELETE", "/documents/{document}"),
    ways=(
        (_document,),
        (_document, step("GET", "/documents/{document}", path=_one_document)),
        (_document, step("DELETE", "/documents/{document}", path=_one_document)),
    ),
)
_picture = step("POST", "/pictures", body={"image": sample_file("image")}, save="picture").model_copy(
    update={"content_type": MULTIPART}
)
PICTURES = api(
    operation("POST", "/pictures", {}),
    operation("GET", "/pictures/{picture}"),
    operation("DELETE", "/pictures/{picture}"),
    ways=(
        (_picture,),
        (_picture, step("GET", "/pictures/{picture}", path="/pictures/${picture}")),
        (_picture, step("DELETE", "/pictures/{picture}", path="/pictures/${picture}")),
    ),
)
UPLOADED = _posts("/pictures", {"image": sample_file("image")}, MULTIPART)

SEARCH = api(
    Operation(
        method="GET", path="/items", parameters=(Parameter(name="q", where=ParameterIn.QUERY, data_schema=_TEXT),)
    ),
    ways=((step("GET", "/items"),),),
)
NOTES = _posts("/notes", {"text": "milk"}, "application/json")

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
    "expanding_input": (
        SickService("flask_image", "flask", "flask_image_sick", ("flask_image_healthy",), AVATARS, "POST /avatars"),
        SickService("fastapi_zip", "fastapi", "fastapi_zip_sick", ("fastapi_zip_healthy",), IMPORTS, "POST /imports"),
        SickService("flask_gzip", "flask", "flask_gzip_sick", ("flask_gzip_healthy",), EVENTS, "POST /events"),
        SickService("fastapi_xml", "fastapi", None, ("fastapi_xml_healthy",), SHEETS, "POST /sheets"),
    ),
    "unbounded_body": (
        SickService("flask_notes", "flask", "flask_notes_sick", ("flask_notes_healthy",), NOTES, "POST /notes"),
        SickService("fastapi_notes", "fastapi", "fastapi_notes_sick", ("fastapi_notes_healthy",), NOTES, "POST /notes"),
    ),
    "kept_upload": (
        SickService(
            "flask_row",
            "flask",
            "flask_row_sick",
            ("flask_row_healthy", "flask_trash_healthy"),
            DOCUMENTS,
            "POST /documents",
        ),
        SickService(
            "fastapi_refused",
            "fastapi",
            "fastapi_refused_sick",
            ("fastapi_refused_healthy",),
            UPLOADED,
            "POST /pictures",
        ),
        SickService("fastapi_later", "fastapi", None, ("fastapi_later_healthy",), PICTURES, "POST /pictures"),
    ),
    "slow_pattern": (
        SickService(
            "flask_name",
            "flask",
            "flask_name_sick",
            ("flask_bounded_healthy",),
            TEAMS,
            "POST /teams",
        ),
        SickService("flask_chosen", "flask", "flask_chosen_sick", ("flask_chosen_healthy",), SEARCH, "GET /items"),
        SickService(
            "fastapi_mail",
            "fastapi",
            "fastapi_mail_sick",
            ("fastapi_mail_healthy",),
            SUBSCRIBERS,
            "GET /subscribers",
        ),
    ),
}
EXPERIMENTS = {
    "cost_by_number": "cost-by-number",
    "expanding_input": "expanding-input",
    "kept_upload": "kept-upload",
    "slow_pattern": "slow-pattern",
    "unbounded_body": "large-body",
}
