"""What is said of one route, and where the code of its handler stands."""

from __future__ import annotations

from crashworthy_sensor.place import own_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType
    from typing import Any

    # A path as its framework writes it, in pieces of (syntax, text): see crashworthy.lab.traffic.running.
    Pieces = tuple[tuple[str, str], ...]

# What frameworks answer by themselves wherever there is another method.
_TWINS = {"HEAD", "OPTIONS"}
VERBS = ("get", "post", "put", "patch", "delete")
_MAX_UNWRAPPED = 20
# Pages about the service rather than of it, and the administration that a framework brings along.
_FOREIGN = (
    "connexion.apis", "connexion.middleware.swagger_ui", "debug_toolbar", "django.contrib.admin",
    "django.contrib.staticfiles", "django.views.static", "drf_spectacular", "drf_yasg", "fastapi.applications",
    "fastapi.openapi", "flasgger", "flask_apispec", "flask_restx.api", "flask_restx.apidoc", "flask_swagger_ui",
    "litestar.openapi", "litestar._openapi", "litestar.static_files", "pyramid.static", "pyramid_openapi3",
    "rest_framework.schemas", "sanic_ext", "starlette.staticfiles", "tornado.web",
)  # fmt: skip


class Found:
    """A route: `methods` is None where nothing tells them, `patterns` are what single parameters have to match.

    `body` and `query` are JSON Schemas that the application itself knows.
    """

    def __init__(
        self,
        framework: str,
        pieces: Pieces,
        methods: Iterable[str] | None,
        handler: Any,
        *,
        patterns: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        content_type: str = "",
        websocket: bool = False,
    ) -> None:
        self.framework = framework
        self.pieces = pieces
        self.methods = None if methods is None else sorted({str(method).upper() for method in methods} - _TWINS)
        self.handler = handler
        self.patterns = patterns or {}
        self.body = body
        self.content_type = content_type
        self.websocket = websocket

    def is_foreign(self) -> bool:
        """Whether the handler is a framework's own page."""
        return module_of(self.handler).startswith(_FOREIGN)

    def plain(self) -> dict[str, Any]:
        """As the event tells it."""
        told: dict[str, Any] = {
            "framework": self.framework,
            "path": [list(piece) for piece in self.pieces],
            "methods": ["WEBSOCKET"] if self.websocket else self.methods,
        }
        code = code_of(self.handler)
        if code is not None:
            own = own_file(code.co_filename)
            told["own"] = bool(own)
            told["place"] = [own or code.co_filename, code.co_firstlineno, code.co_qualname]
            told["arguments"] = list(code.co_varnames[: code.co_argcount])
        if self.is_foreign():
            told["foreign"] = True
        for name in ("patterns", "body", "content_type"):
            if getattr(self, name):
                told[name] = getattr(self, name)
        return told


def code_of(handler: Any) -> CodeType | None:
    """The code that the handler's author wrote: below decorators, partial calls and bound methods."""
    written = function_of(handler)
    code: CodeType | None = getattr(written, "__code__", None)
    return code


def function_of(handler: Any) -> Any:
    """The function that the handler's author wrote; None where there is none."""
    layers = (each for each in _layers(handler) if getattr(each, "__code__", None) is not None)
    return next((each for each in layers if not hasattr(each, "__wrapped__")), None)


def module_of(handler: Any) -> str:
    """The module that the innermost layer of the handler was made in."""
    module = ""
    for each in _layers(handler):
        module = getattr(each, "__module__", None) or module
    return str(module)


def _layers(handler: Any) -> Iterator[Any]:
    for _ in range(_MAX_UNWRAPPED):
        if handler is None:
            return
        yield handler
        following = None
        for name in ("__wrapped__", "__func__", "func"):
            following = getattr(handler, name, None)
            if callable(following):
                break
        if not callable(following):
            is_plain = isinstance(handler, type) or hasattr(handler, "__code__")
            following = None if is_plain else getattr(type(handler), "__call__", None)  # noqa: B004
            if not hasattr(following, "__code__"):
                return
        handler = following


def has_free(function: Any, name: str) -> Any:
    """What a closure of the function, or of what it wraps, holds under `name`; None where there is no such thing."""
    for each in _layers(function):
        code, cells = getattr(each, "__code__", None), getattr(each, "__closure__", None)
        if code is not None and cells and name in code.co_freevars:
            try:
                return cells[code.co_freevars.index(name)].cell_contents
            except ValueError:  # not bound yet
                continue
    return None


def verbs_of(view: Any) -> list[tuple[str, Any]]:
    """Methods of a class that are named as HTTP's are, with the functions.

    Inherited ones that all do the same are the way in which a base class refuses what its children do not define.
    """
    found = []
    for verb in VERBS:
        function = getattr(view, verb, None)
        owner = next((base for base in getattr(view, "__mro__", ()) if verb in vars(base)), view)
        if callable(function) and (owner is view or not _is_refusal(function, owner)):
            found.append((verb.upper(), function))
    return found


def _is_refusal(function: Any, owner: Any) -> bool:
    alike = [each for verb in VERBS if (each := vars(owner).get(verb)) is not None]
    return len([each for each in alike if _work_of(each) == _work_of(function)]) > 1


def _work_of(function: Any) -> Any:
    code = code_of(function)
    # Constants may differ: 404 for one method, 405 for another.
    return (code.co_code, code.co_names) if code is not None else function
