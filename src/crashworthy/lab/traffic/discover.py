"""What a service offers: its OpenAPI document, given, served or lying in the folder, and the routes in its source."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.core.scenario import Step
from crashworthy.lab.traffic.documents import MAX_BYTES
from crashworthy.lab.traffic.encode import prepare
from crashworthy.lab.traffic.openapi import Api, SecurityScheme, parse_openapi
from crashworthy.lab.traffic.wire import READ_BYTES, Connection
from crashworthy.source.tree import SourceTree

WEBSOCKET = "WEBSOCKET"

_SERVED_AT = (
    "/openapi.json", "/swagger.json", "/api/openapi.json", "/api/swagger.json", "/api/schema/", "/api/schema",
    "/openapi.yaml", "/api/openapi.yaml", "/apispec_1.json", "/apispec.json", "/schema", "/docs/openapi.json",
    "/api/docs/openapi.json", "/api/v1/openapi.json", "/v1/openapi.json", "/schema/openapi.json",
    "/.well-known/openapi.json",
)  # fmt: skip
_PAGES = ("/docs", "/swagger", "/api/docs", "/swagger-ui", "/apidocs/", "/redoc")
_FILE_NAME = re.compile(r"(open-?api|swagger|api-?spec)[\w.-]*\.(ya?ml|json)", re.IGNORECASE)
_SKIPPED_FOLDERS = {"node_modules", "venv", "env", "site-packages", "__pycache__", "dist", "build", "tests", "test"}
_DOCUMENTATION = re.compile(
    r"/(docs(/.*)?|redoc(/.*)?|swagger(-ui|ui)?(/.*)?|apidocs(/.*)?|flasgger_static/.*|apispec[\w.]*|"
    r"openapi[\w.-]*\.(json|ya?ml)|swagger[\w.-]*\.(json|ya?ml)|static/.*|favicon\.ico)/?",
    re.IGNORECASE,
)
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", WEBSOCKET}
_TIMEOUT_S = 5.0


class HasUrl(Protocol):
    """A running service; see crashworthy.lab.testbed.Instance."""

    @property
    def base_url(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Discovery:
    """Operations of the service, how its callers prove who they are, and what people should know about both.

    WebSocket endpoints are operations with the method "WEBSOCKET", so that they are counted; nothing reaches them.
    """

    operations: tuple[Operation, ...]
    notes: tuple[str, ...] = ()
    schemes: tuple[SecurityScheme, ...] = ()


def discover(tree: SourceTree, instance: HasUrl | None = None, openapi_file: Path | None = None) -> Discovery:
    """Merge all that is known; the first of: given document, served one, file in the folder. Then routes.

    A given document that cannot be used raises CrashworthyError; one found elsewhere is left out with a note.
    """
    notes: list[str] = []
    api = _given(openapi_file) if openapi_file else None
    if api is None and instance is not None:
        api = _served(instance.base_url, notes)
    if api is None:
        api = _in_folder(tree.root, notes)
    if api is None:
        return Discovery(own_operations(tree.operations), tuple(notes))
    notes += api.notes
    operations, more = _merge(
        own_operations(_placed(api, tree.operations)), own_operations(tree.operations), api.base_path
    )
    return Discovery(operations, (*notes, *more), api.schemes)


def shape(path: str) -> str:
    """The path with parameters made anonymous and without a slash at the end, for comparing."""
    return re.sub(r"\{[^{}]*\}", "{}", path).rstrip("/") or "/"


def fetch(base_url: str, path: str) -> tuple[int, str] | None:
    """Status and body of a GET, or None when nothing came."""
    step = Step(actor="nobody", operation=f"GET {path}", method="GET", path=path)
    prepared = prepare(step, {}, base_url)
    answer = Connection(base_url, _TIMEOUT_S, keep_bytes=READ_BYTES).exchange(prepared.wire, "GET")
    return (answer.response.status, answer.response.body) if answer.response else None


def _given(path: Path) -> Api:
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise CrashworthyError(
            f"{path}: cannot be read: {error.strerror}", remedy="Give the file's path with --openapi."
        ) from None
    return parse_openapi(text, str(path))


def _served(base_url: str, notes: list[str]) -> Api | None:
    for path in _SERVED_AT:
        api = _try(base_url, path, notes)
        if api is not None:
            return api
    for page in _PAGES:
        answer = fetch(base_url, page)
        if answer is None or answer[0] != 200:
            continue
        for found in re.findall(r"""(?:url|spec-url|"url")\s*[:=]\s*["']([^"']+)["']""", answer[1])[:5]:
            address = urlsplit(urljoin(base_url + page, found))
            api = _try(base_url, address.path, notes) if f"//{address.netloc}" in base_url else None
            if api is not None:
                return api
    return None


def _try(base_url: str, path: str, notes: list[str]) -> Api | None:
    answer = fetch(base_url, path)
    if answer is None or answer[0] != 200 or len(answer[1]) > MAX_BYTES or "paths" not in answer[1]:
        return None
    try:
        return parse_openapi(answer[1], path)
    except CrashworthyError as error:
        notes.append(f"the document served at {path} is left out: {error.message}")
        return None


def _in_folder(root: Path, notes: list[str]) -> Api | None:
    for path in sorted(_candidates(root, 3), key=lambda path: (len(path.parts), str(path))):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text("utf-8", errors="replace")
            return parse_openapi(text, name)
        except (OSError, CrashworthyError) as error:
            notes.append(f"{name} is left out: {error}")
    return None


def _candidates(folder: Path, depth: int) -> Iterable[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.is_file() and _FILE_NAME.fullmatch(entry.name):
            yield entry
        elif depth and entry.is_dir() and entry.name not in _SKIPPED_FOLDERS and not entry.name.startswith("."):
            yield from _candidates(entry, depth - 1)


def own_operations(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Operations of the service itself: no documentation pages, static files, HEAD or OPTIONS."""
    kept: dict[str, Operation] = {}
    for operation in operations:
        if operation.method in _METHODS and not _DOCUMENTATION.fullmatch(operation.path):
            kept.setdefault(operation.name, operation)
    return tuple(kept.values())


def _placed(api: Api, routes: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """The document's operations where the service really has them: its server URL may be a proxy's."""
    if not api.base_path:
        return api.operations
    known = {(route.method, shape(route.path)) for route in routes}
    bare = [each.model_copy(update={"path": each.path.removeprefix(api.base_path) or "/"}) for each in api.operations]
    as_written = sum((each.method, shape(each.path)) in known for each in api.operations)
    without = sum((each.method, shape(each.path)) in known for each in bare)
    return tuple(bare) if without > as_written else api.operations


def _merge(
    documented: tuple[Operation, ...], routes: tuple[Operation, ...], base_path: str
) -> tuple[tuple[Operation, ...], list[str]]:
    by_shape = {(route.method, shape(route.path)): route for route in reversed(routes)}
    result: list[Operation] = []
    used: set[str] = set()
    for operation in documented:
        plain = shape(operation.path)
        route = by_shape.get((operation.method, plain)) or by_shape.get(
            (operation.method, shape(operation.path.removeprefix(base_path) or "/"))
        )
        if route is not None:
            used.add(route.name)
            operation = _with_source(operation, route)
        result.append(operation)
    only_in_source = [route for route in routes if route.name not in used]
    notes = []
    # Without one common operation the routes were misread rather than left out of the document.
    if only_in_source and (used or not documented):
        result += only_in_source
        names = ", ".join(route.name for route in only_in_source[:5])
        more = f" and {len(only_in_source) - 5} more" if len(only_in_source) > 5 else ""
        notes.append(f"not in the OpenAPI document, added from the source: {names}{more}")
    return tuple(result), notes


def _with_source(operation: Operation, route: Operation) -> Operation:
    """The documented operation with what only the source knows."""
    known = {(each.where, each.name) for each in operation.parameters}
    extra: list[Parameter] = [
        each for each in route.parameters if each.where is not ParameterIn.PATH and (each.where, each.name) not in known
    ]
    return operation.model_copy(
        update={
            "handler": route.handler,
            "needs_login": route.needs_login if operation.needs_login is None else operation.needs_login,
            "body": operation.body or route.body,
            "parameters": (*operation.parameters, *(each.model_copy(update={"required": False}) for each in extra)),
            "summary": operation.summary or route.summary,
        }
    )
