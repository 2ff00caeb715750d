"""What the source says about inputs beyond its routes: literals they are compared with, patterns, date formats."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crashworthy.core.value import Json
from crashworthy.lab.traffic.names import words
from crashworthy.source.tree import SourceTree

_MAX_VALUES = 12
_PASSWORD = re.compile(r"pass(word|wd|phrase)?|pwd|secret", re.IGNORECASE)
_HEADER = re.compile(r"(?:X-|Api|Auth|Token|Admin)[A-Za-z-]*", re.IGNORECASE)
_KNOWN_SCHEMES = frozenset({"basic", "bearer"})
_MEDIA_TYPE = re.compile(r"(image|audio|video|text(?!/html)|application(?!/(json|x-www-form)))/[a-z0-9][a-z0-9.+-]*")
_NO_CREDENTIAL = {"x-forwarded-for", "x-request-id", "x-real-ip", "x-forwarded-proto", "x-correlation-id"}


@dataclass(frozen=True)
class Hints:
    """`values` by field name; `patterns` and `formats` (strftime) by field name; `headers` that are read.

    `logins` are pairs of a user name and a password that stand together in the source. `things` are literals given
    to a field of that name, or keys of a dictionary of that name: things that are there from the start. `schemes` are
    what the source looks for before a credential, such as "Bearer" (RFC 9110, section 11.1). `media_types` are those
    that the source names, but for JSON, forms and pages.
    """

    values: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    logins: tuple[tuple[str, str], ...] = ()
    things: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    schemes: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()

    def existing(self, name: str, noun: tuple[str, ...]) -> tuple[Json, ...]:
        """Literals that may name a thing: by the field's name, else by the word for the thing."""
        return tuple(dict.fromkeys((*self.things.get(name, ()), *self.things.get(" ".join(noun), ()))))


def read_hints(tree: SourceTree) -> Hints:
    """Collect hints from every file of the tree."""
    values: dict[str, list[Json]] = defaultdict(list)
    headers: dict[str, None] = {}
    logins: dict[tuple[str, str], None] = {}
    things: dict[str, list[Json]] = defaultdict(list)
    schemes: dict[str, None] = {}
    media_types: dict[str, None] = {}
    for file in tree.files:
        constants = dict(_constants(file.tree))
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Compare):
                for name, found in _compared(node, constants):
                    values[name] += [value for value in found if value not in values[name]]
            elif isinstance(node, (ast.Call, ast.Subscript)):
                headers.update(dict.fromkeys(_headers(node)))
            schemes.update(dict.fromkeys(_schemes(node)))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _MEDIA_TYPE.fullmatch(node.value):
                media_types.setdefault(node.value)
            for name, value in _things(node):
                if value not in things[name]:
                    things[name].append(value)
            if isinstance(node, (ast.Call, ast.Dict, ast.Tuple)):
                logins.update(dict.fromkeys(_logins(node, constants)))
    kept = {name: tuple(found[:_MAX_VALUES]) for name, found in values.items()}
    seeds = {name: tuple(found[:_MAX_VALUES]) for name, found in things.items()}
    return Hints(kept, tuple(headers), tuple(logins)[:10], seeds, tuple(schemes)[:4], tuple(media_types)[:_MAX_VALUES])


def _schemes(node: ast.AST) -> Iterator[str]:
    """`text.removeprefix("Token ")`, `scheme.lower() == "basic"`, `"Basic realm=..."`."""
    texts: list[ast.expr] = []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        texts = node.args[:1] if node.func.attr in ("removeprefix", "startswith") else []
    elif isinstance(node, ast.Compare):
        texts = [node.left, *node.comparators]
    elif isinstance(node, ast.Constant):
        texts = [node]
    for text in texts:
        if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
            continue
        spaced = isinstance(node, ast.Call) and re.fullmatch(r"([A-Za-z][\w-]{2,20}) ", text.value)
        if spaced:
            yield spaced[1]
        elif isinstance(node, ast.Compare) and text.value.lower() in _KNOWN_SCHEMES:
            yield text.value.capitalize()
        elif realm := re.match(r"([A-Za-z]+) realm=", text.value):
            yield realm[1]


def _constants(module: ast.Module) -> Iterator[tuple[str, tuple[Json, ...]]]:
    """Names bound at the top, or in an Enum, to literals or collections of literals."""
    for node in module.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, _literals(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, _literals(node.value)


def _literals(node: ast.expr) -> tuple[Json, ...]:
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, (str, int, float))
        and not isinstance(node.value, bool)
    ):
        return (node.value,)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return tuple(value for item in node.elts for value in _literals(item))
    if isinstance(node, ast.Dict):
        return tuple(value for key in node.keys if key is not None for value in _literals(key))
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("frozenset", "set", "tuple", "list")
    ):
        return tuple(value for item in node.args for value in _literals(item))
    if isinstance(node, ast.Call) and re.fullmatch(r"(os\.)?(environ\.get|getenv)", ast.unparse(node.func)):
        # What the environment leaves open.
        return tuple(value for item in node.args[1:2] for value in _literals(item))
    return ()


def _compared(node: ast.Compare, constants: Mapping[str, tuple[Json, ...]]) -> Iterator[tuple[str, tuple[Json, ...]]]:
    """`kind == "a"`, `data["kind"] not in ("a", "b")`, `body.kind in KINDS`, with the field's name."""
    if not isinstance(node.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
        return
    right = node.comparators[0]
    found = constants.get(right.id, ()) if isinstance(right, ast.Name) else _literals(right)
    texts = tuple(value for value in found if not (isinstance(value, str) and (not value.strip() or "/" in value)))
    name = _field(node.left)
    if name and texts and len(texts) <= 40:
        yield name, texts


def _field(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop") and node.args:
            first = node.args[0]
            return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("lower", "upper", "strip"):
            return _field(node.func.value)
    return None


def _things(node: ast.AST) -> Iterator[tuple[str, Json]]:
    """`{"code": "SPRING"}`, `Promo(code="SPRING")`, and `promos = {"SPRING": ...}`."""
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.Dict):
        pairs = [
            (key.value, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        ]
    elif isinstance(node, ast.Call):
        pairs = [(each.arg, each.value) for each in node.keywords if each.arg]
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
        keys = [key for key in node.value.keys if isinstance(key, ast.Constant)]
        pairs = [(" ".join(words(name)), key) for key in keys] if name else []
    for name, value in pairs:
        if (
            isinstance(value, ast.Constant)
            and isinstance(value.value, (str, int))
            and not isinstance(value.value, bool)
        ):
            text = str(value.value)
            if 0 < len(text) <= 60 and " " not in text and "/" not in text:
                yield name, value.value


def _headers(node: ast.Call | ast.Subscript) -> Iterator[str]:
    """`headers.get("X-Api-Key")`, `headers["X-Api-Key"]`, `Header(alias="X-Api-Key")`, `META["HTTP_X_API_KEY"]`."""
    arguments = [*node.args, *(each.value for each in node.keywords)] if isinstance(node, ast.Call) else [node.slice]
    for argument in arguments:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            continue
        text = argument.value
        if text.startswith("HTTP_"):
            text = text.removeprefix("HTTP_").replace("_", "-").title()
        elif "header" not in ast.unparse(node.func if isinstance(node, ast.Call) else node.value).lower():
            continue
        if _HEADER.fullmatch(text) and text.lower() not in _NO_CREDENTIAL:
            yield text


def _logins(
    node: ast.Call | ast.Dict | ast.Tuple, constants: Mapping[str, tuple[Json, ...]]
) -> Iterator[tuple[str, str]]:
    """A name and a password in one call or dictionary, also inside a hashing function."""
    named: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.Call):
        named = [(each.arg or "", each.value) for each in node.keywords]
    elif isinstance(node, ast.Dict):
        named = [
            (key.value, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        ]
    passwords = [text for name, value in named if _PASSWORD.search(name) for text in _texts(value, constants)]
    users = [
        text
        for name, value in named
        if re.search(r"user|email|login|name", name, re.IGNORECASE) and not _PASSWORD.search(name)
        for text in _texts(value, constants)
    ]
    if isinstance(node, ast.Tuple) or (isinstance(node, ast.Call) and not named):
        items = node.elts if isinstance(node, ast.Tuple) else node.args
        hashed = [
            item for item in items if isinstance(item, ast.Call) and re.search("hash|password", ast.unparse(item.func))
        ]
        passwords = [text for item in hashed for text in _texts(item, constants)]
        users = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    for user in users[:3]:
        for password in passwords[:2]:
            if 0 < len(user) <= 60 and 0 < len(password) <= 60:
                yield user, password


def _texts(node: ast.expr, constants: Mapping[str, tuple[Json, ...]]) -> list[str]:
    """Text literals in an expression, names of constants looked up."""
    found: list[str] = []
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            found.append(each.value)
        elif isinstance(each, ast.Name):
            found += [value for value in constants.get(each.id, ()) if isinstance(value, str)]
    return found[:2]
