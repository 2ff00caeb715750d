"""Paths as each framework writes them, as templates such as `/orders/{id}` with schemas of their parameters."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence

from crashworthy.source.routes.patterns import templates
from crashworthy.source.routes.route import angle_template, brace_template, regex_schema
from crashworthy.source.schema_types import Schema

Template = tuple[str, dict[str, Schema]]

MAX_TEMPLATES = 6
TEXT: Schema = {"type": "string", "minLength": 1}
_FRAMEWORKS_OWN = frozenset({"self", "cls", "request", "req", "response", "environ", "handler"})
_SANIC_KINDS = {"str": "string", "strorempty": "string", "alpha": "string", "ymd": "date", "number": "float"}
_KINDS = frozenset({"int", "float", "uuid", "date", "string", "path", "slug"})


def read_pieces(pieces: Iterable[tuple[str, str]]) -> list[Template]:
    """Templates of a path that is given in pieces of (syntax, text): a prefix, what is included there, and so on.

    There are several where a regular expression has alternatives or optional parts, none where it is no template.
    """
    read = [SYNTAXES.get(syntax, _as_it_is)(text) for syntax, text in pieces]
    found: list[Template] = []
    for chosen in itertools.islice(itertools.product(*read), MAX_TEMPLATES):
        path = "/" + "".join(text for text, _ in chosen).lstrip("/")
        schemas = {name: schema for _, each in chosen for name, schema in each.items()}
        if not re.search(r"[()*\[\]<>\\|#?\s]", re.sub(r"\{[^{}]*\}", "", path)):
            found.append(_distinct(path, schemas))
    return found


def schema_of_pattern(pattern: str) -> Schema:
    """What a converter's own expression says of its parameter; those of plain texts say nothing."""
    bare = pattern.strip("^$")
    if bare.startswith("(") and bare.endswith(")") and "(?" not in bare:
        bare = bare[1:-1]
    if re.fullmatch(r"(?:\[\^/\]|\.)[*+]\??|\.\*\??|\[\^/\]\.\*\?|\[\^/\]\+|\[\^/\]\{1,\}|\[\^\{\}/\]\+", bare):
        return dict(TEXT)
    if re.fullmatch(r"-\?\\d\+|-\?\[0-9\]\+|\[\+-\]\?\\d\+", bare):
        return {"type": "integer", "minimum": 0}
    if "0-9a-f" in bare.lower() and bare.count("-?") >= 4:
        return {"type": "string", "format": "uuid"}
    return regex_schema(bare)


def named(template: Template, arguments: Sequence[str]) -> Template:
    """The template with groups that have no names called as the handler calls what it is given for them.

    `arguments` are the names of all its positional arguments; those for the groups are the last ones.
    """
    path, schemas = template
    unnamed = re.findall(r"\{(group\d+)\}", path)
    given = arguments[len(arguments) - len(unnamed) :]
    if not unnamed or len(given) < len(unnamed) or {*given} & ({*schemas} | _FRAMEWORKS_OWN):
        return template
    names = dict(zip(unnamed, given, strict=True))
    path = re.sub(r"\{(group\d+)\}", lambda match: "{" + names[match[1]] + "}", path)
    return path, {names.get(name, name): schema for name, schema in schemas.items()}


def _distinct(path: str, schemas: dict[str, Schema]) -> Template:
    """Parameters of one name in several places get different names: regular expressions number theirs from 0 each."""
    seen: dict[str, int] = {}

    def rename(match: re.Match[str]) -> str:
        name = match[1]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] == 1:
            return match[0]
        schemas[f"{name}{seen[name]}"] = schemas.get(name, dict(TEXT))
        return "{" + f"{name}{seen[name]}" + "}"

    return re.sub(r"\{([^{}]+)\}", rename, path), schemas


def _as_it_is(text: str) -> list[Template]:
    return [(text, {})]


def _angle(text: str) -> list[Template]:
    return [angle_template(text)]


def _brace(text: str) -> list[Template]:
    """`{id:int}`; `{id:int(2)}` has arguments that are of no use here, and `{id:dt}` is Falcon's alone."""
    plain = re.sub(r"(\{\w+:\w+)\([^{}()]*\)\}", r"\1}", text)
    return [brace_template(re.sub(r"\{(\w+):dt\}", r"{\1}", plain))]


def _sanic(text: str) -> list[Template]:
    """`<id:int>`, with the kind behind the name."""
    swapped = re.sub(r"<(\w+):(\w+)>", lambda match: f"<{_SANIC_KINDS.get(match[2], match[2])}:{match[1]}>", text)
    return [angle_template(re.sub(r"<(\w+):[^<>]*>", lambda m: m[0] if m[1] in _KINDS else f"<{m[1]}>", swapped))]


def _bottle(text: str) -> list[Template]:
    """`<name>`, `<name:int>`, `<name:re:[a-z]+>`, and `:name` and `:name#[a-z]+#` of old."""
    schemas: dict[str, Schema] = {}
    text = re.sub(r"(?<=/):(\w+)#([^#<>]*)#", r"<\1:re:\2>", text)

    def replace(match: re.Match[str]) -> str:
        name, kind = match["name"], match["kind"] or ""
        if kind == "re":
            schemas[name] = schema_of_pattern(match["pattern"] or ".+")
        elif kind in {"int", "float"}:
            schemas[name] = {"type": "integer" if kind == "int" else "number", "minimum": 0}
        return "{" + name + "}"

    template = re.sub(r"<(?P<name>\w+)(?::(?P<kind>\w+)(?::(?P<pattern>[^<>]+))?)?>", replace, text)
    return [(_colons(template), schemas)]


def _pyramid(text: str) -> list[Template]:
    """`{name}`, `{name:\\d+}` and `*rest`."""
    template, schemas = brace_template("/" + text.lstrip("/"))
    return [(re.sub(r"\*(\w+)$", r"{\1}", template), schemas)]


def _colon(text: str) -> list[Template]:
    """`/a/:id`, as Express and tables of one's own have it; `/a/:id(\\d+)` and `:id?` too."""
    return [(_colons(re.sub(r"(:\w+)(?:\([^()]*\))?\??", r"\1", text)), {})]


def _colons(text: str) -> str:
    return re.sub(r"(?<=[/.-]):([A-Za-z_]\w*)", r"{\1}", text)


SYNTAXES: dict[str, Callable[[str], list[Template]]] = {
    "text": _as_it_is,
    "angle": _angle,
    "brace": _brace,
    "regex": templates,
    "sanic": _sanic,
    "bottle": _bottle,
    "pyramid": _pyramid,
    "colon": _colon,
}
