"""Operations from routes: parameters, bodies and whether a login is asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.source.calls import CallGraph
from crashworthy.source.index import Index
from crashworthy.source.routes.route import Route
from crashworthy.source.schemas import Schemas
from crashworthy.source.signature import Signatures
from crashworthy.source.symbols import Function

_SIGNED = frozenset({"fastapi", "litestar"})
_LOGIN_WORDS = (
    "login_required",
    "jwt_required",
    "token_required",
    "auth_required",
    "requires_auth",
    "permission_required",
)
_LOGIN_CLASSES = ("OAuth2", "HTTPBearer", "HTTPBasic", "APIKey", "IsAuthenticated", "LoginRequiredMixin")


def operations(index: Index, routes: Iterable[Route], graph: CallGraph) -> tuple[Operation, ...]:
    """One operation per route, in the same order."""
    schemas = Schemas(index)
    signatures = Signatures(index, schemas)
    return tuple(_operation(route, signatures, graph) for route in routes)


def _operation(route: Route, signatures: Signatures, graph: CallGraph) -> Operation:
    parameters: dict[tuple[str, ParameterIn], Parameter] = {}
    body: Body | None = None
    for name in (part.partition("}")[0] for part in route.path.split("{")[1:]):
        schema = route.path_schemas.get(name, {"type": "string", "minLength": 1})
        parameters[name, ParameterIn.PATH] = Parameter(
            name=name, where=ParameterIn.PATH, required=True, data_schema=schema
        )
    if route.framework in _SIGNED or _has_signature(route):
        inputs = signatures.inputs(route)
        parameters.update(inputs.parameters)
        body = inputs.body()
    return Operation(
        method=route.method,
        path=route.path,
        parameters=tuple(parameters.values()),
        body=body if route.method not in {"GET", "HEAD"} else None,
        needs_login=_needs_login(route, graph),
        handler=route.location,
        summary=_summary(route.handler),
        source="routes",
    )


def _has_signature(route: Route) -> bool:
    """Ninja's handlers, which Django's do not resemble: they are decorated with a method and a path."""
    return route.framework == "django" and bool(route.dependencies)


def _summary(handler: Function | None) -> str | None:
    docstring = ast.get_docstring(handler.node) if handler is not None else None
    return docstring.strip().splitlines()[0] if docstring and docstring.strip() else None


def _needs_login(route: Route, graph: CallGraph) -> bool | None:
    """True when something around the handler refuses those who are not logged in; None when nothing shows it."""
    around = [*route.wrappers, *route.dependencies]
    for function in around:
        if function.name in _LOGIN_WORDS or _refuses(function):
            return True
        if any(_refuses(nested) for nested in function.nested()):
            return True
        if any(name in ast.unparse(function.node.args) for name in _LOGIN_CLASSES):
            return True
    handler = route.handler
    if handler is None:
        return None
    decorators = " ".join(ast.unparse(decorator) for decorator in handler.node.decorator_list)
    signature = ast.unparse(handler.node.args)
    if any(word in decorators for word in (*_LOGIN_WORDS, *_LOGIN_CLASSES)):
        return True
    if any(name in signature for name in _LOGIN_CLASSES if name != "OAuth2") or "OAuth2PasswordBearer" in signature:
        return True
    if any(_refuses(called) for called in graph.called_by(handler) if _reads_credentials(called)):
        return True
    return True if _refuses(handler) and _reads_credentials(handler) else None


def _refuses(function: Function) -> bool:
    for node in ast.walk(function.node):
        if isinstance(node, ast.Constant) and node.value == 401 and not isinstance(node.value, bool):
            return True
        if isinstance(node, ast.Attribute) and node.attr in {"HTTP_401_UNAUTHORIZED", "UNAUTHORIZED"}:
            return True
        if isinstance(node, ast.Name) and node.id in {"Unauthorized", "NotAuthorizedException", "HTTPUnauthorized"}:
            return True
    return False


def _reads_credentials(function: Function) -> bool:
    text = ast.unparse(function.node).lower()
    return "authorization" in text or "cookies" in text or "session[" in text or "session.get" in text
