"""Services that let text of a request be read as something else than data, and their healthy twins."""

from __future__ import annotations

from crashworthy.core.operation import Parameter, ParameterIn
from crashworthy.core.value import Json
from sick_services.service import Api, SickService, api, object_of, operation, step


def _posts(path: str, body: dict[str, Json], *, content_type: str = "application/json") -> Api:
    """One POST."""
    sent = step("POST", path, body=body).model_copy(update={"content_type": content_type})
    return api(operation("POST", path, {}), ways=((sent,),))


def _reads(path: str, *parameters: str) -> Api:
    """One GET with query parameters."""
    known = tuple(Parameter(name=name, where=ParameterIn.QUERY) for name in parameters)
    read = operation("GET", path).model_copy(update={"parameters": known})
    return api(read, ways=((step("GET", path),),))


_user = step("POST", "/users", body={"name": "Ada", "city": "Turin"}, save="user_id")
_change = step("PATCH", "/users/{user_id}", path="/users/${user_id}", body={"city": "Rome"})
PROFILES = api(
    operation("POST", "/users", object_of("name", "city", kind="string")),
    operation("PATCH", "/users/{user_id}", object_of("city", kind="string")),
    ways=((_user,), (_user, _change)),
)
NESTED_SEARCH = api(
    operation("POST", "/search", {}), ways=((step("POST", "/search", body={"filter": {"title": "x"}}),),)
)

_LOGIN: dict[str, Json] = {"name": "ada", "password": "tulip-4471"}
NOTES = api(
    operation("POST", "/notes", object_of("owner", "text", kind="string")),
    operation("POST", "/notes/search", {}),
    ways=(
        (step("POST", "/notes", body={"owner": "ada", "text": "milk"}),),
        (step("POST", "/notes/search", body={"owner": "ada", "limit": 5}),),
    ),
)
OPERATOR_INJECTION = (
    SickService(
        "flask_login",
        "flask",
        "flask_login_sick",
        ("flask_login_healthy", "flask_equal_healthy"),
        _posts("/login", dict(_LOGIN)),
        "POST /login",
    ),
    SickService(
        "fastapi_search", "fastapi", "fastapi_search_sick", ("fastapi_search_healthy",), NOTES, "POST /notes/search"
    ),
)
DIRECTORY_INJECTION = (
    SickService(
        "flask_people",
        "flask",
        "flask_people_sick",
        ("flask_people_healthy",),
        _reads("/people", "name"),
        "GET /people",
    ),
    SickService(
        "fastapi_login",
        "fastapi",
        "fastapi_login_sick",
        ("fastapi_login_healthy",),
        _posts("/login", dict(_LOGIN)),
        "POST /login",
    ),
)
SQL_INJECTION = (
    SickService(
        "flask_sqlite",
        "flask",
        "flask_sqlite_sick",
        ("flask_sqlite_healthy_bound", "flask_sqlite_healthy_escaped"),
        _reads("/books", "title", "order", "alias"),
        "GET /books",
    ),
    SickService("flask_sqlite_order", "flask", "flask_sqlite_order_sick", (), _reads("/books", "order"), "GET /books"),
    SickService(
        "fastapi_sqlalchemy",
        "fastapi",
        "fastapi_sqlalchemy_sick",
        ("fastapi_sqlalchemy_healthy",),
        PROFILES,
        "PATCH /users/{user_id}",
    ),
    SickService(
        "flask_psycopg",
        "flask",
        "flask_psycopg_sick",
        ("flask_psycopg_healthy",),
        NESTED_SEARCH,
        "POST /search",
        postgresql=True,
    ),
    SickService(
        "flask_psycopg2",
        "flask",
        "flask_psycopg2_sick",
        ("flask_psycopg2_healthy",),
        _reads("/books", "title"),
        "GET /books",
        postgresql=True,
    ),
    SickService(
        "fastapi_asyncpg",
        "fastapi",
        "fastapi_asyncpg_sick",
        ("fastapi_asyncpg_healthy",),
        _reads("/books", "order", "title"),
        "GET /books",
        postgresql=True,
    ),
    SickService(
        "django_raw", "django", "django_raw_sick", ("django_raw_healthy",), _reads("/shops", "city"), "GET /shops"
    ),
    SickService("django_extra", "django", "django_extra_sick", (), _reads("/shops", "city"), "GET /shops"),
)


def _pair(framework: str, sick: str | None, healthy: str | tuple[str, ...], api: Api) -> SickService:
    """A service of one operation."""
    twins = (healthy,) if isinstance(healthy, str) else healthy
    return SickService(sick or twins[0], framework, sick, twins, api, api.operations[-1].name)


_LOOKUP, _LISTING = _posts("/lookup", {"name": "lamp"}), _reads("/listing", "folder")
_PING = api(operation("GET", "/hosts/{host}"), ways=((step("GET", "/hosts/{host}", path="/hosts/example"),),))
_COMPUTE, _HELLO = _posts("/compute", {"formula": "1+1"}), _reads("/hello", "name")
_MAIL, _NOTES = _posts("/mails", {"text": "Hello {{ name }}"}), _reads("/notes", "name")
_FILE: dict[str, Json] = {"file": {"filename": "a.txt", "content": "hello", "content_type": "text/plain"}}
_ZIP: dict[str, Json] = {"file": {"filename": "a.zip", "base64": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}}
_UPLOAD = _posts("/files", _FILE, content_type="multipart/form-data")
_UNPACK = _posts("/archives", _ZIP, content_type="multipart/form-data")
_XML = '<?xml version="1.0"?><items><item><name>lamp</name></item></items>'
_SHEET = _posts("/sheets", {"file": {"filename": "a.xml", "content": _XML}}, content_type="multipart/form-data")
_FEED = _posts("/feeds", _XML, content_type="application/xml")
_GUEST = step("POST", "/guests", body={"name": "Ada", "wish": "a table at the window"})
_EXPORT = api(
    operation("POST", "/guests", object_of("name", "wish", kind="string")),
    operation("GET", "/guests.csv"),
    ways=((_GUEST,), (_GUEST, step("GET", "/guests.csv"))),
)
_PREVIEW = _posts("/previews", {"url": "https://images.example.com/a.png"})
_SESSION = _posts("/session", {"session": "gAR9lC4="})
_DOCUMENT = _posts("/session", {"a": 1})
_DOWNLOAD = _reads("/download", "name")
_CONTACT = _posts("/contact", {"subject": "Hello", "text": "I would like to know"})
_ASK, _LOGIN = _posts("/ask", {"question": "Where is my order?"}), _posts("/login", {"name": "ada"})

COMMAND_INJECTION = (
    _pair("flask", "flask_shell_sick", "flask_shell_healthy_quoted", _LOOKUP),
    _pair("fastapi", "fastapi_async_shell_sick", "fastapi_exec_healthy", _PING),
)
ARGUMENT_INJECTION = (
    _pair("flask", "flask_sick", "flask_healthy", _LISTING),
    _pair("fastapi", "fastapi_sick", "fastapi_healthy", _LISTING),
)
CODE_INJECTION = (
    _pair("flask", "flask_eval_sick", "flask_eval_healthy_tree", _COMPUTE),
    _pair("fastapi", "fastapi_exec_sick", "fastapi_literal_healthy", _COMPUTE),
)
TEMPLATE_INJECTION = (
    _pair("flask", "flask_sick", "flask_healthy", _HELLO),
    _pair("fastapi", "fastapi_jinja_sick", "fastapi_sandbox_healthy", _MAIL),
)
PATH_TRAVERSAL = (
    _pair("flask", "flask_read_sick", "flask_read_healthy", _NOTES),
    _pair("fastapi", "fastapi_upload_sick", "fastapi_upload_healthy", _UPLOAD),
    _pair("flask", "flask_archive_sick", (), _UNPACK),
)
REQUEST_FORGERY = (
    _pair("flask", "flask_sick", "flask_healthy", _PREVIEW),
    _pair("fastapi", "fastapi_blocklist_sick", "fastapi_allowlist_healthy", _PREVIEW),
)
UNSAFE_DESERIALISATION = (
    _pair("flask", "flask_pickle_sick", "flask_pickle_healthy", _SESSION),
    _pair("fastapi", "fastapi_yaml_sick", "fastapi_yaml_healthy", _DOCUMENT),
)
HEADER_INJECTION = (
    _pair("flask", "flask_sick", "flask_healthy", _DOWNLOAD),
    # What breaks a header is refused by uvicorn and by h11, with which the other ASGI servers write.
    _pair("fastapi", None, "fastapi_healthy", _DOWNLOAD),
    _pair("stdlib", "stdlib_sick", "stdlib_healthy", _DOWNLOAD),
)
MAIL_HEADER_INJECTION = (
    _pair("flask", "flask_sick", "flask_healthy", _CONTACT),
    _pair("fastapi", "fastapi_sick", "fastapi_healthy", _CONTACT),
)
PROMPT_INJECTION = (
    _pair("flask", "flask_sick", "flask_healthy", _ASK),
    _pair("fastapi", "fastapi_sick", "fastapi_healthy", _ASK),
)
EXTERNAL_ENTITY = (
    _pair("flask", "flask_lxml_sick", ("flask_lxml_healthy", "flask_tree_healthy"), _FEED),
    _pair("fastapi", "fastapi_sax_sick", "fastapi_sax_healthy", _SHEET),
)
MODEL_OUTPUT = (
    _pair("flask", "flask_sql_sick", ("flask_sql_healthy", "flask_eval_healthy"), _ASK),
    _pair("fastapi", "fastapi_eval_sick", "fastapi_literal_healthy", _ASK),
    _pair("flask", "flask_page_sick", "flask_page_healthy", _ASK),
)
FORMULA_INJECTION = (
    _pair("flask", "flask_export_sick", ("flask_export_healthy", "flask_json_healthy"), _EXPORT),
    _pair("fastapi", "fastapi_search_sick", "fastapi_search_healthy", _reads("/members.csv", "city")),
)
LOG_FORGING = (
    _pair("flask", "flask_sick", "flask_healthy", _LOGIN),
    _pair("fastapi", "fastapi_sick", "fastapi_json_healthy", _LOGIN),
)

ALL = {
    "sql_injection": SQL_INJECTION,
    "operator_injection": OPERATOR_INJECTION,
    "directory_injection": DIRECTORY_INJECTION,
    "command_injection": COMMAND_INJECTION,
    "argument_injection": ARGUMENT_INJECTION,
    "code_injection": CODE_INJECTION,
    "template_injection": TEMPLATE_INJECTION,
    "path_traversal": PATH_TRAVERSAL,
    "request_forgery": REQUEST_FORGERY,
    "unsafe_deserialisation": UNSAFE_DESERIALISATION,
    "header_injection": HEADER_INJECTION,
    "mail_header_injection": MAIL_HEADER_INJECTION,
    "prompt_injection": PROMPT_INJECTION,
    "log_forging": LOG_FORGING,
    "formula_injection": FORMULA_INJECTION,
    "model_output": MODEL_OUTPUT,
    "external_entity": EXTERNAL_ENTITY,
}
"""By folder, which is called as the weakness is."""
