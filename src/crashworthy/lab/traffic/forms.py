"""Forms in HTML pages: what an operation takes whose source or document does not say (HTML Living Standard, 4.10)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from crashworthy.core.operation import Body, Operation
from crashworthy.core.value import Json
from crashworthy.lab.traffic.encode import FORM, MULTIPART
from crashworthy.lab.traffic.look import is_token
from crashworthy.lab.traffic.schema import Schema

_MOST_CHARACTERS = 256 * 1024
_MOST_FORMS = 20
_MOST_FIELDS = 60
_MOST_OPTIONS = 12
_BUTTONS = frozenset({"submit", "button", "reset", "image"})
_FORMATS = {"email": "email", "password": "password", "url": "uri", "date": "date", "time": "time"}
_LOCAL_TIME = "strftime:%Y-%m-%dT%H:%M"


@dataclass
class _Form:
    action: str
    method: str
    fields: dict[str, Schema] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)

    @property
    def body(self) -> Body:
        """What a browser would send."""
        files = any(schema.get("format") == "binary" for schema in self.fields.values())
        schema: Schema = {"type": "object", "properties": dict(self.fields)}
        if self.required:
            schema["required"] = list[Json](self.required)
        return Body(content_type=MULTIPART if files else FORM, data_schema=schema)


@dataclass(frozen=True)
class Page:
    """What the forms of a page teach: `operations` with the bodies that browsers send, by name; and the values that
    fields offer to choose from, by the fields' names.
    """

    operations: dict[str, Operation]
    options: dict[str, tuple[Json, ...]]


def read_page(page_url: str, html: str, operations: Iterable[Operation]) -> Page:
    """Read the forms that lead to operations whose body is not known, or is a form of which they tell more."""
    reader = _Reader()
    reader.feed(html[:_MOST_CHARACTERS])
    found: dict[str, Operation] = {}
    options: dict[str, tuple[Json, ...]] = {}
    changing = [each for each in operations if not each.is_safe]
    for form in reader.forms:
        path = urlsplit(urljoin(page_url, form.action)).path
        meant = [each for each in changing if each.method == form.method and _leads_to(path, each)]
        exact = [each for each in meant if each.path == path]
        for operation in exact or meant:
            if form.fields and is_form(operation):
                found[operation.name] = operation.model_copy(update={"body": _joined(operation.body, form.body)})
        for name, schema in form.fields.items():
            enum = schema.get("enum")
            if isinstance(enum, list) and len(enum) > 1:
                options[name] = tuple(enum[:_MOST_OPTIONS])
    return Page(found, options)


def _leads_to(path: str, operation: Operation) -> bool:
    pattern = re.sub(r"\\\{[^{}]*\\\}", "[^/]+", re.escape(operation.path))
    return re.fullmatch(pattern, path) is not None


def is_form(operation: Operation) -> bool:
    """Whether the operation takes what a page's form sends, or may do so for all that is known."""
    body = operation.body
    return body is None or not body.data_schema.get("properties") or body.content_type in (FORM, MULTIPART)


def _joined(known: Body | None, shown: Body) -> Body:
    """The body with what the form shows, which goes before what was known."""
    properties = known.data_schema.get("properties") if known else None
    if known is None or not isinstance(properties, dict):
        return shown
    fields, required = shown.data_schema["properties"], known.data_schema.get("required")
    assert isinstance(fields, dict)
    needed = [*(required if isinstance(required, list) else ())]
    needed += [name for name in _list(shown.data_schema.get("required")) if name not in needed]
    schema: Schema = {**known.data_schema, "properties": {**properties, **fields}, "required": needed}
    return Body(content_type=shown.content_type, data_schema=schema)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


class _Reader(HTMLParser):
    """Collects the forms of a page with their fields. Tokens against forgery are left to `look`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._select: tuple[str, list[Json]] | None = None
        self._option: str | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and len(self.forms) < _MOST_FORMS:
            method = given.get("method", "get").upper()
            self.forms.append(_Form(given.get("action", ""), method))
            self._inside = True
        elif tag == "option" and self._select is not None:
            self._end_of_option()
            # Without a value it is its text that is sent.
            self._option = "" if "value" not in given else None
            if given.get("value"):
                self._select[1].append(given["value"])
        elif self._inside and given.get("name") and tag in ("input", "textarea", "select"):
            self._field(tag, given)

    def handle_data(self, data: str) -> None:
        if self._option is not None:
            self._option += data

    def _end_of_option(self) -> None:
        if self._option is not None and self._option.strip() and self._select is not None:
            self._select[1].append(" ".join(self._option.split()))
        self._option = None

    def handle_endtag(self, tag: str) -> None:
        if tag in ("option", "select"):
            self._end_of_option()
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select is not None:
            name, options = self._select
            if options:
                self.forms[-1].fields[name] = {"enum": options}
            self._select = None

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], given["name"], given.get("type", "text").lower()
        if is_token(name) or (tag == "input" and kind in _BUTTONS) or len(form.fields) >= _MOST_FIELDS:
            return
        if tag == "select":
            self._select = name, []
        form.fields[name] = _schema(kind if tag == "input" else tag, given)
        if "required" in given or kind == "hidden":
            form.required.append(name)


def _schema(kind: str, given: dict[str, str]) -> Schema:
    """The schema of one field."""
    if kind in ("checkbox", "radio"):
        return {"enum": [given.get("value") or "on"]}
    if kind == "hidden":
        return {"const": given.get("value", "")}
    if kind == "file":
        return {"type": "string", "format": "binary", "contentMediaType": given.get("accept", "").partition(",")[0]}
    schema: Schema = {"type": "integer" if kind in ("number", "range") else "string"}
    limits = {"min": "minimum", "max": "maximum"} if schema["type"] == "integer" else {}
    for attribute, key in {**limits, "minlength": "minLength", "maxlength": "maxLength"}.items():
        if re.fullmatch(r"-?\d{1,9}", given.get(attribute, "")):
            schema[key] = int(given[attribute])
    if given.get("pattern"):
        schema["pattern"] = f"^(?:{given['pattern']})$"
    if kind in _FORMATS:
        schema["format"] = _FORMATS[kind]
    elif kind == "datetime-local":
        schema["format"] = _LOCAL_TIME
    return schema
