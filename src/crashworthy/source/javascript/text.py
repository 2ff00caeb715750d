"""JavaScript as text in which brackets can be counted: comments are blanked out, literals are told from code."""

from __future__ import annotations

import re
from collections.abc import Iterator

# After these a slash begins a regular expression; after a name, a number or a closing bracket it divides.
_BEFORE_PATTERN = frozenset("(,=:[!&|?{};+-*%<>~^\n")
_OPENING, _CLOSING = "([{", ")]}"
_WORD_BEFORE = re.compile(r"\b(return|typeof|case|in|of|await)\s*$")


def without_comments(text: str) -> str:
    """The text with comments as spaces, so that all else stays where it was."""
    parts, position = [], 0
    for start, end, kind in _spans(text):
        if kind == "comment":
            parts.append(text[position:start])
            parts.append(re.sub(r"[^\n]", " ", text[start:end]))
            position = end
    parts.append(text[position:])
    return "".join(parts)


def without_literals(text: str) -> str:
    """The text with the content of texts, templates and regular expressions as spaces too."""
    result = list(text)
    for start, end, kind in _spans(text):
        if kind != "code":
            for place in range(start + 1, end - 1):
                if result[place] != "\n":
                    result[place] = " "
    return "".join(result)


def closing(bare: str, opening: int) -> int:
    """Where the bracket at `opening` is closed, in a text without literals; the end of the text where it is not."""
    depth = 0
    for place in range(opening, len(bare)):
        if bare[place] in _OPENING:
            depth += 1
        elif bare[place] in _CLOSING:
            depth -= 1
            if depth == 0:
                return place
    return len(bare)


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Comments and literals: where they begin and end, and "comment", "text" or "pattern"."""
    position, size = 0, len(text)
    while position < size:
        letter = text[position]
        if letter in "'\"`":
            end = _end_of_text(text, position)
            yield position, end, "text"
        elif text.startswith("//", position):
            found = text.find("\n", position)
            end = size if found < 0 else found
            yield position, end, "comment"
        elif text.startswith("/*", position):
            found = text.find("*/", position + 2)
            end = size if found < 0 else found + 2
            yield position, end, "comment"
        elif letter == "/" and _may_begin_pattern(text, position):
            end = _end_of_pattern(text, position)
            yield position, end, "pattern"
        else:
            end = position + 1
        position = end


def _end_of_text(text: str, start: int) -> int:
    quote, position = text[start], start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == quote or (text[position] == "\n" and quote != "`"):
            return position + 1
        position += 1
    return len(text)


def _may_begin_pattern(text: str, position: int) -> bool:
    before = text[max(0, position - 40) : position].rstrip(" \t")
    return not before or before[-1] in _BEFORE_PATTERN or _WORD_BEFORE.search(before) is not None


def _end_of_pattern(text: str, start: int) -> int:
    in_class, position = False, start + 1
    while position < len(text) and text[position] != "\n":
        letter = text[position]
        if letter == "\\":
            position += 1
        elif letter == "[":
            in_class = True
        elif letter == "]":
            in_class = False
        elif letter == "/" and not in_class:
            return position + 1
        position += 1
    return start + 1
