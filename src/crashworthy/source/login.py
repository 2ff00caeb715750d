"""Whether an operation asks for a login, as far as the source shows."""

from __future__ import annotations

import ast
import re

from crashworthy.source.calls import CallGraph
from crashworthy.source.routes.route import Route
from crashworthy.source.symbols import Function

_LOGIN_WORDS = (
    "login_required",
    "jwt_required",
    "token_required",
    "auth_required",
    "requires_auth",
    "permission_required",
)
_LOGIN_CLASSES = ("OAuth2", "HTTPBearer", "HTTPBasic", "APIKey", "IsAuthenticated", "LoginRequiredMixin")


def needs_login(route: Route, graph: CallGraph) -> bool | None:
    """True when something around the handler refuses those who are not logged in; None when nothing shows it."""
    around = [*route.wrappers, *route.dependencies]
    if route.handler is not None and any(_waives(one) for one in route.handler.node.decorator_list):
        return None
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
    # A login refuses too, but by what is in its body.
    takes_password = "password" in ast.unparse(handler.node).lower()
    return True if _refuses(handler) and _reads_credentials(handler) and not takes_password else None


def _waives(decorator: ast.expr) -> bool:
    """`@api(auth=False)`."""
    return isinstance(decorator, ast.Call) and any(
        isinstance(keyword.value, ast.Constant)
        and keyword.value.value is False
        and re.search("auth|login", keyword.arg or "")
        for keyword in decorator.keywords
    )


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
