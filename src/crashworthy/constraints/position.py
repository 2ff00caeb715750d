"""Finds the line of a key in a TOML text, which tomllib does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_NAME = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_MULTILINE = ('"""', "'''")


def line_of(text: str, key: Sequence[str | int]) -> int:
    """The line, from 1, where `key` is assigned; the line of its table when it is not written there itself.

    `key` is a path of names and of indices into arrays, as Pydantic gives it. Keys inside an inline table or
    array are found at the line where the assignment begins.
    """
    wanted = tuple(key)
    best_line, best_length = 1, 0
    for line, path in _assignments(text):
        shared = _shared(path, wanted)
        if shared == len(path) and shared > best_length:
            best_line, best_length = line, shared
    return best_line


def _assignments(text: str) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """Each header and each assignment, with its full path."""
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if inside is not None:
            inside = None if inside in line else inside
            continue
        header = _HEADER.match(line)
        if header:
            path = _resolve(tuple(_names(header[2])), counts)
            if header[1] == "[[":
                counts[path] = counts.get(path, -1) + 1
                path = (*path, counts[path])
            table = path
            yield number, table
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            yield number, (*table, *_names(assignment[1]))
            value = line[assignment.end() :]
            inside = next((quote for quote in _MULTILINE if value.count(quote) % 2), None)


def _resolve(names: tuple[str, ...], counts: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    """A header's path: every array of tables on the way stands for its last table."""
    path: tuple[str | int, ...] = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if path in counts and position < len(names) - 1:
            path = (*path, counts[path])
    return path


def _names(dotted: str) -> list[str]:
    return [name.strip("\"'") for name in _NAME.findall(dotted)]


def _shared(one: tuple[str | int, ...], other: tuple[str | int, ...]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
