"""Operations from links and forms, for a service of which nothing else is known: begin at `/`, follow what is there.

Only GET is sent; forms are listed and not filled in here. Links are `href`, `src` of frames, `Link` and `Location`
headers, and texts in JSON that are paths or addresses of the same host (HATEOAS).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crashworthy.core.history import Response
from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.value import Json
from crashworthy.lab.traffic.published import get
from crashworthy.source.schema_types import Schema

MAX_PAGES = 40
MAX_LINKS = 200
_ASSET = re.compile(r"\.(css|js|mjs|map|png|jpe?g|gif|svg|ico|woff2?|ttf|webp|txt)$", re.IGNORECASE)
_LEAVES = re.compile(r"log-?out|sign-?out|delete|remove", re.IGNORECASE)
_UUID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_NUMBER = re.compile(r"\d+")
_IDENTIFIER = re.compile(rf"{_UUID}|(?=[^/]*\d)(?=[^/]*[a-zA-Z])[0-9a-zA-Z_-]{{16,}}")
_INPUT_TYPES: dict[str, Schema] = {
    "email": {"type": "string", "format": "email"},
    "url": {"type": "string", "format": "uri"},
    "date": {"type": "string", "format": "date"},
    "datetime-local": {"type": "string", "format": "date-time"},
    "number": {"type": "number"},
    "range": {"type": "number"},
    "file": {"type": "string", "format": "binary"},
}


def crawl(base_url: str) -> tuple[Operation, ...]:
    """Operations in the order in which they were found; at most 40 pages are looked at."""
    waiting, seen = ["/"], {"/"}
    found: dict[str, Operation] = {}
    for _ in range(MAX_PAGES):
        if not waiting:
            break
        path = waiting.pop(0)
        response = get(base_url, path)
        if response is None or response.status in (404, 405, 501):
            continue
        operation = _operation("GET", path)
        known = operation.name in found
        found.setdefault(operation.name, operation)
        if known and operation.parameters:
            continue  # one of a kind is enough
        for form in _forms(LexborHTMLParser(response.body), base_url, path) if _is_page(response) else ():
            found.setdefault(form.name, form)
        for local in links_in(base_url, path, response):
            if local not in seen and len(seen) < MAX_LINKS:
                seen.add(local)
                waiting.append(local)
    return tuple(found.values())


def links_in(base_url: str, path: str, response: Response) -> Iterator[str]:
    """Paths on the same host that the answer of `path` leads to, at most 200."""
    headers = {name.lower(): value for name, value in response.headers}
    links = [headers.get("location", ""), *re.findall(r"<([^<>]+)>", headers.get("link", ""))]
    if _is_page(response):
        page = LexborHTMLParser(response.body)
        links += [link for node in page.css("a[href], iframe[src], frame[src]") if (link := _target(node))]
    else:
        links += _addresses(response.body)
    for link in links[:MAX_LINKS]:
        local = local_path(base_url, path, link)
        if local is not None:
            yield local


def _is_page(response: Response) -> bool:
    return any(name.lower() == "content-type" and "html" in value for name, value in response.headers)


def _target(node: LexborNode) -> str | None:
    return node.attributes.get("href") or node.attributes.get("src")


def local_path(base_url: str, page: str, link: str) -> str | None:
    """The path of a link to the same host that is worth a look and harmless to follow."""
    if not link or link.startswith(("#", "mailto:", "javascript:", "data:")):
        return None
    address = urlsplit(urljoin(base_url + page, link))
    if f"{address.scheme}://{address.netloc}" != base_url.rstrip("/") or "{" in address.path:
        return None
    path = address.path or "/"
    return None if _ASSET.search(path) or _LEAVES.search(path) else path


def _addresses(body: str) -> Iterator[str]:
    try:
        value: Json = json.loads(body)
    except (ValueError, RecursionError):
        return
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item[:20]
        elif isinstance(item, str) and re.match(r"https?://|/[\w.~-]", item):
            yield item


def _operation(method: str, path: str, body: Body | None = None) -> Operation:
    """With segments that look like identifiers as parameters, called after what is before them."""
    parts: list[str] = []
    parameters: list[Parameter] = []
    for part in path.split("/"):
        if _NUMBER.fullmatch(part) or _IDENTIFIER.fullmatch(part):
            before = re.sub(r"\W", "_", parts[-1]) if parts and parts[-1] and "{" not in parts[-1] else "thing"
            name = f"{before.removesuffix('s')}_id"
            if any(each.name == name for each in parameters):
                name = f"{name}{len(parameters) + 1}"
            schema: Schema = {"type": "integer", "minimum": 0} if _NUMBER.fullmatch(part) else {"type": "string"}
            schema["examples"] = [int(part) if _NUMBER.fullmatch(part) else part]
            parameters.append(Parameter(name=name, where=ParameterIn.PATH, required=True, data_schema=schema))
            part = "{" + name + "}"
        parts.append(part)
    return Operation(method=method, path="/".join(parts), parameters=tuple(parameters), body=body, source="routes")


def _forms(page: LexborHTMLParser, base_url: str, path: str) -> Iterator[Operation]:
    for form in page.css("form"):
        method = (form.attributes.get("method") or "get").upper()
        address = urlsplit(urljoin(base_url + path, form.attributes.get("action") or path))
        if f"{address.scheme}://{address.netloc}" != base_url.rstrip("/"):
            continue
        fields, required = _fields(form)
        if method != "POST":
            asked = tuple(
                Parameter(name=name, where=ParameterIn.QUERY, required=name in required, data_schema=schema)
                for name, schema in fields.items()
            )
            operation = _operation("GET", address.path or "/")
            yield operation.model_copy(update={"parameters": (*operation.parameters, *asked)})
            continue
        kind = form.attributes.get("enctype") or "application/x-www-form-urlencoded"
        data: Schema = {"type": "object", "properties": dict(fields), "required": list(required)}
        yield _operation("POST", address.path or "/", Body(content_type=kind, data_schema=data) if fields else None)


def _fields(form: LexborNode) -> tuple[dict[str, Schema], list[str]]:
    fields: dict[str, Schema] = {}
    required: list[str] = []
    for node in form.css("input[name], select[name], textarea[name]"):
        given = node.attributes
        name, kind = given.get("name") or "", (given.get("type") or "").lower()
        if not name or kind in {"submit", "button", "image", "reset"}:
            continue
        schema = dict(_INPUT_TYPES.get(kind, {"type": "string"}))
        if node.tag == "select":
            values = [option.attributes.get("value") or option.text() for option in node.css("option")]
            schema = {"type": "string", "enum": [value for value in values if value]} if any(values) else schema
        elif kind in {"radio", "checkbox"}:
            before = fields.get(name, {}).get("enum")
            value = given.get("value") or "on"
            schema = {"type": "string", "enum": [*(before if isinstance(before, list) else []), value]}
        elif kind == "hidden" and given.get("value"):
            schema["default"] = given["value"]
        for attribute, keyword in (("minlength", "minLength"), ("maxlength", "maxLength")):
            if (given.get(attribute) or "").isdigit():
                schema[keyword] = int(given[attribute] or 0)
        if given.get("pattern"):
            schema["pattern"] = f"^(?:{given['pattern']})$"
        fields[name] = schema
        if "required" in given and name not in required:
            required.append(name)
    return fields, required
