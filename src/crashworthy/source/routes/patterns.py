"""Path templates from regular expressions, as Tornado, Django's `re_path` and tables of one's own have them.

An expression with alternatives or optional parts stands for several templates. What cannot be a path template (a loop
around slashes, a look behind) gives none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crashworthy.source.routes.route import regex_schema
from crashworthy.source.schema_types import Schema

MAX_TEMPLATES = 6
_ANCHORS = ("\\A", "\\Z", "\\z", "\\b")
# What stands behind a full stop at the end and chooses a representation.
_FORMATS = frozenset({"format", "ext", "extension", "suffix"})
_LITERAL = re.compile(r"(?:[\w ~@%-]|\\[^\w])+")


@dataclass(frozen=True)
class _Variant:
    text: str = ""
    schemas: tuple[tuple[str, Schema], ...] = field(default=())

    def plus(self, other: _Variant) -> _Variant:
        return _Variant(self.text + other.text, (*self.schemas, *other.schemas))


class _UnfitError(Exception):
    """The expression is no path template."""


def templates(pattern: str) -> list[tuple[str, dict[str, Schema]]]:
    """All templates that the expression stands for, the shortest reading of optional parts first; at most six."""
    reader = _Reader(pattern)
    try:
        variants = reader.alternatives()
    except _UnfitError:
        return []
    if reader.position < len(pattern):
        return []
    found = {variant.text: dict(variant.schemas) for variant in reversed(variants)}
    return [(text, found[text]) for text in reversed(found)][:MAX_TEMPLATES]


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0
        self.unnamed = 0

    def alternatives(self) -> list[_Variant]:
        """Up to the end, or the parenthesis that closes the group."""
        found = self._sequence()
        while self._peek() == "|":
            self.position += 1
            found += self._sequence()
        return found[:MAX_TEMPLATES]

    def _sequence(self) -> list[_Variant]:
        variants = [_Variant()]
        while self.position < len(self.pattern) and self._peek() not in "|)":
            choices = self._element()
            variants = [before.plus(choice) for before in variants for choice in choices][:MAX_TEMPLATES]
        return variants

    def _peek(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def _element(self) -> list[_Variant]:
        for anchor in _ANCHORS:
            if self.pattern.startswith(anchor, self.position):
                self.position += len(anchor)
                return [_Variant()]
        start, letter = self.position, self._peek()
        if letter in "^$":
            self.position += 1
            return [_Variant()]
        if letter == "(":
            return self._group()
        is_class = letter in "[." or re.match(r"\\[dDwWsS]", self.pattern[start:]) is not None
        if letter == "[":
            self._skip_class()
        else:
            self.position += 2 if letter == "\\" else 1
        atom = self.pattern[start : self.position]
        quantifier = self._quantifier()
        if letter == "." and not quantifier:
            return [_Variant(".")]
        if is_class:
            if quantifier in {"?", "*"} and letter != ".":
                return [_Variant()]
            return [self._parameter(atom + quantifier)]
        if quantifier in {"?", "*"}:
            return [_Variant()]  # a slash at the end, mostly
        return [_Variant(atom[-1])]

    def _skip_class(self) -> None:
        self.position += 1
        if self._peek() == "^":
            self.position += 1
        first = True
        while self.position < len(self.pattern) and (self._peek() != "]" or first):
            self.position += 2 if self._peek() == "\\" else 1
            first = False
        self.position += 1

    def _quantifier(self) -> str:
        match = re.compile(r"[?*+]|\{\d*,?\d*\}").match(self.pattern, self.position)
        if match is None:
            return ""
        self.position = match.end()
        if self._peek() in {"?", "+"}:
            self.position += 1  # lazy or possessive
        return match[0]

    def _group(self) -> list[_Variant]:
        start = self.position
        opening = re.compile(r"\((?:\?P<(?P<name>\w+)>|(?P<open>\?:)|(?P<ahead>\?[=!])|(?P<other>\?))?").match(
            self.pattern, start
        )
        assert opening is not None
        if opening["other"]:
            raise _UnfitError
        self.position = inside = opening.end()
        unnamed = self.unnamed
        variants = self.alternatives()
        inner = self.pattern[inside : self.position]
        if self._peek() != ")":
            raise _UnfitError
        self.position += 1
        quantifier = self._quantifier()
        if opening["ahead"]:
            return [_Variant()]
        if quantifier in {"+", "*"} and opening["open"] and "/" in inner:
            raise _UnfitError
        if not opening["open"] and (opening["name"] or "(?P<" not in inner):
            self.unnamed = unnamed
            literal = inner if _LITERAL.fullmatch(inner) and "\\" not in inner else None
            variants = [_Variant(literal) if literal is not None else self._parameter(inner, opening["name"])]
        return [_Variant(), *variants] if quantifier in {"?", "*"} else variants

    def _parameter(self, pattern: str, name: str | None = None) -> _Variant:
        if name is None:
            name = f"group{self.unnamed}"
            self.unnamed += 1
        schema = _schema(pattern)
        if name in _FORMATS and pattern == r"\w+":
            schema = {**schema, "examples": ["json"]}
        return _Variant("{" + name + "}", ((name, schema),))


def _schema(pattern: str) -> Schema:
    choices = pattern.split("|")
    if all(_LITERAL.fullmatch(choice) for choice in choices):
        return {"type": "string", "enum": [re.sub(r"\\(.)", r"\1", choice) for choice in choices]}
    return regex_schema(re.sub(r"(?<=[*+])\?$", "", pattern))
