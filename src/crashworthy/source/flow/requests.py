"""What the request objects of the frameworks offer."""

from __future__ import annotations

from crashworthy.core.value import Json
from crashworthy.source.flow.shape import Shape
from crashworthy.source.flow.values import UNKNOWN, Inputs, Known, Raw, Ref, Request, Value

# Attributes that are a set of named texts, by the part of the request they hold.
_NAMED = {
    "args": "query", "GET": "query", "query": "query", "query_params": "query", "rel_url": "query",
    "form": "form", "POST": "form", "values": "query", "forms": "form", "params": "query",
    "headers": "headers", "META": "headers", "cookies": "cookies", "COOKIES": "cookies",
    "files": "files", "FILES": "files",
    "path_params": "path", "match_info": "path", "view_args": "path", "matchdict": "path",
}  # fmt: skip
_JSON_METHODS = frozenset({"get_json", "json", "get_media"})
# Frameworks whose request has the parsed document as an attribute, by its name.
_JSON_ATTRIBUTES = {
    "json": frozenset({"flask", "quart", "sanic", "bottle"}),
    "media": frozenset({"falcon"}),
    "json_body": frozenset({"pyramid"}),
    "data": frozenset({"django"}),  # REST framework
}
_NO_BODY = frozenset({"GET", "HEAD", "DELETE"})
# How Tornado's handlers and Falcon's requests are asked for one input by its name, and where it is looked for.
_ASKED = {
    "get_argument": "either", "get_arguments": "either", "get_body_argument": "form", "get_body_arguments": "form",
    "get_query_argument": "query", "get_query_arguments": "query", "get_param": "query", "get_param_as_int": "query",
    "get_param_as_bool": "query", "get_param_as_list": "query", "get_cookie": "cookies",
    "get_secure_cookie": "cookies",
}  # fmt: skip
_RAW = frozenset({"body", "get_data", "text", "read"})


class Named:
    """Which part of the request an attribute holds."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs

    def part(self, attribute: str) -> Shape | None:
        """Its shape, or None when the attribute holds something else."""
        name = _NAMED.get(attribute)
        return getattr(self.inputs, name) if name is not None else None


def attribute(request: Request, name: str) -> Value:
    """`request.name`."""
    if name in request.attributes:
        return request.attributes[name]
    if name == "method":
        return Known(request.method)
    part = Named(request.inputs).part(name)
    if name == "params" and request.framework == "pyramid" and request.method not in _NO_BODY:
        part = request.inputs.form
    if part is not None:
        return Ref(part, is_text=True)
    if request.framework in _JSON_ATTRIBUTES.get(name, ()):
        request.inputs.reads_json = True
        return Ref(request.inputs.json)
    if name in _RAW or name == "data":
        return Raw(request.inputs.json)
    return UNKNOWN


def method(request: Request, name: str) -> Value:
    """`request.name(...)`."""
    if name in _JSON_METHODS:
        request.inputs.reads_json = True
        return Ref(request.inputs.json)
    if name in {"form", "post"}:
        return Ref(request.inputs.form, is_text=True)
    if name in _RAW:
        return Raw(request.inputs.json)
    return UNKNOWN


def asked(request: Request, name: str, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """`self.get_argument("x")` of Tornado's handlers, `req.get_param("x")` of Falcon's requests."""
    part = _ASKED.get(name)
    key = arguments[0] if arguments else UNKNOWN
    if part is None or not isinstance(key, Known) or not isinstance(key.value, str):
        return UNKNOWN
    if part == "either":
        part = "query" if request.method in _NO_BODY else "form"
    shape: Shape = getattr(request.inputs, part).child(key.value)
    has_default = len(arguments) > 1 or "default" in keywords or name.endswith("s") or part == "cookies"
    if request.framework == "falcon":
        has_default = keywords.get("required") != Known(True)
    shape.required |= not has_default
    return Ref(shape, is_text=True)


def header_name(key: str) -> str:
    """The header behind a key of WSGI's environ, or the key."""
    return key.removeprefix("HTTP_").replace("_", "-").title() if key.startswith("HTTP_") else key


def default_of(value: Value) -> Json:
    """A constant default, if it is one that JSON knows."""
    constant = value.value if isinstance(value, Known) else None
    return constant if isinstance(constant, str | int | float | bool) else None
