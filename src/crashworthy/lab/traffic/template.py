"""Filling `${name}` in the strings of a step, and reading values out of answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import quote

from crashworthy.core.history import Response
from crashworthy.core.scenario import Save, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.traffic.cookies import set_cookies

PLACEHOLDER = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

_MAX_HTML = 64 * 1024

# RFC 3986 path characters, and "%" because a step's path may be escaped already.
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"


class MissingValueError(LookupError):
    """A template names a value that no earlier step saved."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no value for ${{{name}}}")
        self.name = name


def fill(value: Json, variables: Mapping[str, Json]) -> Json:
    """`value` with every `${name}` replaced; raises MissingValueError.

    A string that is nothing but one placeholder becomes the value itself with its type; keys of objects are
    filled as text.
    """
    if isinstance(value, str):
        whole = PLACEHOLDER.fullmatch(value)
        if whole and whole[1]:
            return _look_up(whole[1], variables)
        return fill_text(value, variables)
    if isinstance(value, list):
        return [fill(item, variables) for item in value]
    if isinstance(value, dict):
        return {fill_text(key, variables): fill(item, variables) for key, item in value.items()}
    return value


def fill_text(text: str, variables: Mapping[str, Json]) -> str:
    """`text` with every `${name}` replaced by the value as text."""
    return _substitute(text, variables, as_text)


def fill_path(path: str, variables: Mapping[str, Json]) -> str:
    """`path` for the request line: values are percent-encoded as one segment each, the rest only where needed.

    A path that is nothing but one placeholder is taken as a whole path or URL, such as a saved Location.
    """
    whole = PLACEHOLDER.fullmatch(path)
    if whole and whole[1]:
        return _path_of(as_text(_look_up(whole[1], variables)))
    pieces: list[str] = []
    end = 0
    for match in PLACEHOLDER.finditer(path):
        pieces.append(_quote(path[end : match.start()], _PATH_SAFE))
        pieces.append(_quote(as_text(_look_up(match[1], variables)), "") if match[1] else "$%7B")
        end = match.end()
    pieces.append(_quote(path[end:], _PATH_SAFE))
    return "".join(pieces)


def escape(value: Json) -> Json:
    """`value` with `${` in its strings written so that filling gives it back."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list):
        return [escape(item) for item in value]
    if isinstance(value, dict):
        return {str(escape(key)): escape(item) for key, item in value.items()}
    return value


def placeholders(step: Step) -> frozenset[str]:
    """Names of the values that the step needs, `unique` included."""
    return frozenset(name for text in _texts(step) for name in PLACEHOLDER.findall(text) if name)


def rename(step: Step, names: Mapping[str, str]) -> Step:
    """The step with the values it needs and saves called by other names."""

    def text(value: str) -> str:
        return PLACEHOLDER.sub(lambda match: f"${{{names.get(match[1], match[1])}}}" if match[1] else match[0], value)

    saves = tuple(save.model_copy(update={"name": names.get(save.name, save.name)}) for save in step.saves)
    return map_texts(step, text).model_copy(update={"saves": saves})


def map_texts(step: Step, change: Callable[[str], str]) -> Step:
    """The step with every text that may hold placeholders changed."""

    def tree(value: Json) -> Json:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [tree(item) for item in value]
        if isinstance(value, dict):
            return {change(key): tree(item) for key, item in value.items()}
        return value

    return step.model_copy(
        update={
            "path": change(step.path),
            "query": tuple((change(key), change(value)) for key, value in step.query),
            "headers": tuple((change(key), change(value)) for key, value in step.headers),
            "body": tree(step.body),
        }
    )


def saved_values(step: Step, response: Response | None) -> dict[str, Json]:
    """What the step saves from this answer; a part that is not there is left out."""
    found: dict[str, Json] = {}
    if response is None:
        return found
    for save in step.saves:
        try:
            value = _read(save, response)
            if save.pattern is not None:
                match = re.search(save.pattern, as_text(value))
                value = (match[1] if match.re.groups else match[0]) if match else None
        except (LookupError, ValueError):
            continue
        if value is not None:
            found[save.name] = value
    return found


def body_value(response: Response) -> Json:
    """The body as JSON; of an HTML page, the fields of its forms by name; otherwise the text."""
    try:
        value: Json = json.loads(response.body)
    except (ValueError, RecursionError):
        if "<input" in response.body or "<form" in response.body:
            fields = _FormFields()
            fields.feed(response.body[:_MAX_HTML])
            return fields.values
        return response.body
    return value


def resolve_pointer(document: Json, pointer: str) -> Json:
    """The value at a JSON Pointer (RFC 6901); raises LookupError. An index may be negative, from the end."""
    if pointer == "":
        return document
    if not pointer.startswith("/"):
        raise LookupError(pointer)
    for token in pointer[1:].split("/"):
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document[key]
        elif isinstance(document, list) and re.fullmatch(r"-?\d{1,9}", key):
            document = document[int(key)]
        else:
            raise LookupError(pointer)
    return document


def pointer_of(path: tuple[str | int, ...]) -> str:
    """The JSON Pointer for keys and indices from the root."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def as_text(value: Json) -> str:
    """A value as it is written in a URL, a header or a form field."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value)


def _read(save: Save, response: Response) -> Json:
    if save.where is ValueFrom.BODY:
        return resolve_pointer(body_value(response), save.path)
    if save.where is ValueFrom.HEADER:
        return next((value for name, value in response.headers if name.lower() == save.path.lower()), None)
    return set_cookies(response.headers).get(save.path)


def _substitute(text: str, variables: Mapping[str, Json], write: Callable[[Json], str]) -> str:
    return PLACEHOLDER.sub(lambda match: write(_look_up(match[1], variables)) if match[1] else "${", text)


def _look_up(name: str, variables: Mapping[str, Json]) -> Json:
    try:
        return variables[name]
    except KeyError:
        raise MissingValueError(name) from None


def _quote(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="surrogatepass")


def _path_of(url: str) -> str:
    path = re.sub(r"^[a-z][a-z0-9+.-]*://[^/?#]*", "", url, flags=re.IGNORECASE).partition("#")[0]
    return _quote(path if path.startswith("/") else "/" + path, _PATH_SAFE + "?")


def _texts(step: Step) -> Iterator[str]:
    yield step.path
    for pair in (*step.query, *step.headers):
        yield from pair
    yield from _strings(step.body)


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)


class _FormFields(HTMLParser):
    """Names and values of the fields of a page's forms; CSRF tokens are hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Json] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if tag in ("input", "meta") and name:
            self.values[name] = given.get("value") or given.get("content") or ""
