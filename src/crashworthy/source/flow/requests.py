"""What the request objects of the frameworks offer."""

from __future__ import annotations

from crashworthy.core.value import Json
from crashworthy.source.flow.shape import Shape
from crashworthy.source.flow.values import UNKNOWN, Inputs, Known, Raw, Ref, Request, Value

# Attributes that are a set of named texts, by the part of the request they hold.
_NAMED = {
    "args": "query", "GET": "query", "query": "query", "query_params": "query", "rel_url": "query",
    "form": "form", "POST": "form", "values": "query",
    "headers": "headers", "META": "headers", "cookies": "cookies", "COOKIES": "cookies",
    "files": "files", "FILES": "files",
    "path_params": "path", "match_info": "path", "view_args": "path",
}  # fmt: skip
_JSON_METHODS = frozenset({"get_json", "json"})
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
    if part is not None:
        return Ref(part, is_text=True)
    if name == "json" and request.framework in {"flask", "quart"}:
        request.inputs.reads_json = True
        return Ref(request.inputs.json)
    if name == "data" and request.framework == "django":  # Django REST framework
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


def header_name(key: str) -> str:
    """The header behind a key of WSGI's environ, or the key."""
    return key.removeprefix("HTTP_").replace("_", "-").title() if key.startswith("HTTP_") else key


def default_of(value: Value) -> Json:
    """A constant default, if it is one that JSON knows."""
    constant = value.value if isinstance(value, Known) else None
    return constant if isinstance(constant, str | int | float | bool) else None
