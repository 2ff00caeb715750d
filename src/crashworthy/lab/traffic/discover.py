"""What a service offers: its OpenAPI document, given, served or lying in the folder, and the routes in its source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.lab.traffic.dav import METHODS, dav_operations, spoken
from crashworthy.lab.traffic.handlers import existing, may_answer, shape
from crashworthy.lab.traffic.links import crawl
from crashworthy.lab.traffic.openapi import Api, SecurityScheme, parse_openapi
from crashworthy.lab.traffic.published import given, in_folder, served
from crashworthy.lab.traffic.running import Running, ask
from crashworthy.source.javascript.routes import javascript_operations
from crashworthy.source.tree import SourceTree

WEBSOCKET = "WEBSOCKET"

_DOCUMENTATION = re.compile(
    r"/(docs(/.*)?|redoc(/.*)?|swagger(-ui|ui)?(/.*)?|apidocs(/.*)?|flasgger_static/.*|apispec[\w.]*|"
    r"openapi[\w.-]*\.(json|ya?ml)|swagger[\w.-]*\.(json|ya?ml)|static/.*|favicon\.ico)/?",
    re.IGNORECASE,
)
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", WEBSOCKET, *METHODS}


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


def discover(
    tree: SourceTree, instance: HasUrl | None = None, openapi_file: Path | None = None, *, documents: bool = True
) -> Discovery:
    """Merge all that is known of the operations.

    The running service tells which there are, where its framework is known; else its source does. Inputs come from
    the first of: given document, served one, file in the folder, the application's own description; and from the
    source. A given document that cannot be used raises CrashworthyError; one found elsewhere is left out with a note.
    Without `documents` only the routes count.
    """
    notes: list[str] = []
    running = ask(instance) if instance is not None else Running()
    routes = own_operations(existing(running, tree) if running.routes else _in_source(tree))
    if not documents:
        return Discovery(routes)
    api = given(openapi_file) if openapi_file else None
    is_given = api is not None
    if api is None and instance is not None:
        # Pages of documentation are no operations of the service, but may lead to its document.
        paths = [route.path for route in running.routes if route.method == "GET"]
        api = served(instance.base_url, paths or [each.path for each in routes if each.method == "GET"], notes)
    if api is None:
        api = in_folder(tree.root, notes)
    described = _described(running, api)
    if api is None and not described:
        if not routes and instance is not None:
            routes = own_operations((*crawl(instance.base_url), *dav_operations(instance.base_url)))
            if routes:
                notes.append("neither routes nor a document are known; operations are from links, forms and OPTIONS")
        return Discovery(routes, tuple(notes))
    documented, base_path, schemes = described, "", tuple[SecurityScheme, ...]()
    if api is not None:
        notes += api.notes
        known = {(each.method, shape(each.path)) for each in api.operations}
        more = [each for each in described if (each.method, shape(each.path)) not in known]
        documented, base_path, schemes = (*_placed(api, routes), *more), api.base_path, api.schemes
    documented = own_operations(documented)
    if running.complete and not is_given:
        documented = _answered(documented, running, notes)
    operations, said = _merge(documented, routes, base_path, sure=bool(running.routes))
    return Discovery(operations, (*notes, *said), schemes)


def own_operations(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Operations of the service itself: no documentation pages, static files, HEAD or OPTIONS."""
    kept: dict[str, Operation] = {}
    for operation in operations:
        if operation.method in _METHODS and not _DOCUMENTATION.fullmatch(operation.path):
            kept.setdefault(operation.name, spoken(operation))
    return tuple(kept.values())


def _in_source(tree: SourceTree) -> tuple[Operation, ...]:
    """What the source shows: Python's, or where it has none that serves, JavaScript's."""
    if tree.operations or tree.applications:
        return tree.operations
    return javascript_operations(tree.root)


def _described(running: Running, api: Api | None) -> tuple[Operation, ...]:
    """Operations of the descriptions that applications make of themselves, served or not."""
    found: dict[str, Operation] = {}
    for prefix, content in running.documents:
        if api is not None and not prefix:
            continue  # the served document is this one
        try:
            described = parse_openapi(json.dumps(content), "the application's own description")
        except CrashworthyError:
            continue  # no operations, for instance
        for each in described.operations:
            path = prefix + "/" + each.path.removeprefix(described.base_path).lstrip("/")
            found.setdefault(f"{each.method} {path}", each.model_copy(update={"path": path}))
    return tuple(found.values())


def _answered(documented: tuple[Operation, ...], running: Running, notes: list[str]) -> tuple[Operation, ...]:
    """The documented operations that the running service has a route for."""
    kept = tuple(each for each in documented if may_answer(each.path, each.method, running.routes))
    gone = [each.name for each in documented if each not in kept]
    if not kept:
        return documented  # it answers somewhere that was not looked at
    if gone:
        more = f" and {len(gone) - 5} more" if len(gone) > 5 else ""
        notes.append(f"in the OpenAPI document, but not among the service's routes: {', '.join(gone[:5])}{more}")
    return kept


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
    documented: tuple[Operation, ...], routes: tuple[Operation, ...], base_path: str, *, sure: bool = False
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
    others = [route for route in routes if route.name not in used]
    notes = []
    # Without one common operation the source was misread rather than left out of the document.
    if others and (used or not documented or sure):
        result += others
        names = ", ".join(route.name for route in others[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        origin = "the running service's routes" if sure else "the source"
        notes.append(f"not in the OpenAPI document, added from {origin}: {names}{more}")
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
