"""What a handler in JavaScript reads from its request, by the names of the fields."""

from __future__ import annotations

import re

from crashworthy.core.operation import Body, Parameter, ParameterIn
from crashworthy.source.schema_types import Schema

_REQUEST = r"(?:req|request|ctx\.request|ctx|c\.req|event)"
_BODY = rf"(?:await\s+)?{_REQUEST}\.(?:body|json\(\s*\))|JSON\.parse\((?:[^()]|\([^()]*\))*\)"
_QUERY = rf"{_REQUEST}\.query|url\.query|parsed\.query"
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_HEADER = re.compile(rf"{_REQUEST}\.(?:headers\[\s*['\"]([\w-]+)['\"]\s*\]|(?:header|get)\(\s*['\"]([\w-]+)['\"]\s*\))")
_SEARCHED = re.compile(r"(?:searchParams|query)\.get\(\s*['\"]([\w-]+)['\"]")
_PLUMBING = frozenset(
    {"authorization", "content-type", "content-length", "accept", "cookie", "host", "origin", "user-agent"}
)
_TYPES = {"string": "string", "number": "number", "boolean": "boolean", "object": "object"}


def body_of(handler: str) -> Body | None:
    """The JSON body that a handler's text reads, None where it reads none."""
    names = _read(handler, _BODY)
    if not names:
        return Body(required=False) if re.search(rf"{_REQUEST}\.body\b", handler) else None
    properties: Schema = {name: _schema(name, handler) for name in names}
    required = [name for name in names if _is_demanded(name, handler)]
    schema: Schema = {"type": "object", "properties": properties}
    return Body(data_schema={**schema, "required": list(required)} if required else schema)


def parameters_of(handler: str) -> list[Parameter]:
    """Query parameters and headers that a handler's text reads."""
    names = dict.fromkeys([*_read(handler, _QUERY), *_SEARCHED.findall(handler)])
    found = [Parameter(name=name, where=ParameterIn.QUERY, data_schema=_schema(name, handler)) for name in names]
    headers = dict.fromkeys(one or other for one, other in _HEADER.findall(handler))
    text: Schema = {"type": "string"}
    return found + [
        Parameter(name=name, where=ParameterIn.HEADER, data_schema=text)
        for name in headers
        if name.lower() not in _PLUMBING
    ]


def _read(handler: str, source: str) -> list[str]:
    """Fields of `source`: by access, by taking it apart, and both of a variable that holds it."""
    holders = [
        match[1] for match in re.finditer(rf"(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:{source})", handler)
    ]
    whole = "|".join([f"(?:{source})", *(rf"\b{re.escape(holder)}" for holder in holders)])
    names: dict[str, None] = {}
    for match in re.finditer(
        r"(?:const|let|var)\s*\{([^{}]*)\}\s*=\s*(?:" + whole + r")\s*(?:\|\||\?\?|;|\n|$)", handler
    ):
        for part in match[1].split(","):
            name = _NAME.match(part.strip())
            if name is not None:
                names[name[0]] = None
    for match in re.finditer(rf"(?:{whole})(?:\?)?\.([A-Za-z_$][\w$]*)(?!\s*\()", handler):
        if match[1] != "length":
            names[match[1]] = None
    return list(names)


def _is_demanded(name: str, handler: str) -> bool:
    """Whether it is refused when it is missing, of the wrong type, or too short."""
    holder = rf"(?:[\w$]+(?:\.[\w$]+)*\.)?{re.escape(name)}\b"
    if re.search(rf"{holder}\s*(?:&&|!==?\s*(?:undefined|null))", handler):
        return False
    return re.search(rf"!\s*{holder}|typeof\s+{holder}\s*!==?|!\s*[\w.]+\(\s*{holder}", handler) is not None


def _schema(name: str, handler: str) -> Schema:
    holder = rf"(?:[\w$]+(?:\.[\w$]+)*\.)?{re.escape(name)}\b"
    choices = re.search(rf"\[([^\[\]]*)\]\s*\.includes\(\s*{holder}", handler)
    values = re.findall(r"['\"]([^'\"]+)['\"]", choices[1]) if choices else []
    if values:
        return {"type": "string", "enum": list(values)}
    if re.search(rf"Number\.isInteger\(\s*{holder}|parseInt\(\s*{holder}", handler):
        return {"type": "integer", **_bounds(holder, handler)}
    if re.search(rf"Array\.isArray\(\s*{holder}", handler):
        least = _lengths(holder, handler).get("minLength", 1)
        is_numbers = re.search(rf"{holder}\.(?:every|some)\([^)]*(?:Number\.|['\"]number['\"])", handler)
        return {"type": "array", "items": {"type": "number" if is_numbers else "string"}, "minItems": least}
    told = re.search(rf"typeof\s+{holder}\s*[!=]==?\s*['\"](\w+)['\"]", handler)
    if told and told[1] in _TYPES:
        kind = _TYPES[told[1]]
        return {"type": kind, **(_bounds(holder, handler) if kind == "number" else _lengths(holder, handler))}
    if re.search(rf"(?:Number|parseFloat|isNaN|Number\.isFinite)\(\s*{holder}", handler):
        return {"type": "number", **_bounds(holder, handler)}
    if re.search(r"^id$|_id$|Id$", name):
        return {}  # of whatever kind the answers have
    if re.search(r"(^|_)e?[mM]ail$|Email$", name):
        return {"type": "string", "format": "email"}
    return {"type": "string", "minLength": 1, **_lengths(holder, handler)}


def _bounds(holder: str, handler: str) -> Schema:
    found: Schema = {}
    for sign, keyword in (("<", "minimum"), ("<=", "exclusiveMinimum"), (">", "maximum"), (">=", "exclusiveMaximum")):
        bound = re.search(rf"{holder}\s*{sign}\s*(-?\d+)\b", handler)
        if bound:
            found[keyword] = int(bound[1])
    return found


def _lengths(holder: str, handler: str) -> Schema:
    found: Schema = {}
    for sign, keyword in (("<", "minLength"), (">", "maxLength")):
        bound = re.search(rf"{holder}(?:\.trim\(\))?\.length\s*{sign}\s*(\d+)", handler)
        if bound:
            found[keyword] = int(bound[1])
    return found
