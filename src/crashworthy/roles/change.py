"""What a unified diff really changes: by file the lines that are new or gone.

A line that moved, within a file or between two, or that was only laid out anew, changes nothing of what a service
does; it would drown the few lines that do. So lines that are gone here and new there are left out, and so are hunks
whose words are the same before and after.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

_HEADING = re.compile(r"^@@ -\S+ \+\S+ @@ ?(.*)")
_LAYOUT = re.compile(r"""[\s,\\"'`]+""")
"""What a formatter adds, takes away or replaces."""
_SHORTEST_MOVED = 8
"""Shorter lines (a bracket, an `else:`) are alike by chance."""


class Touched(NamedTuple):
    """One file of a change with its changed lines, without their signs."""

    path: str
    lines: tuple[str, ...]


class _Line(NamedTuple):
    sign: str
    text: str


def files_of_diff(diff: str) -> Iterator[Touched]:
    """The files of a unified diff, as `git diff` prints it."""
    files = [(path, list(_hunks(lines))) for path, lines in _files(diff)]
    moved = _moved(hunk for _, hunks in files for hunk in hunks)
    for path, hunks in files:
        lines = [line for hunk in hunks for line in _changed(hunk, moved)] or _reordered(hunks)
        yield Touched(path, tuple(line.text for line in lines))


def _files(diff: str) -> Iterator[tuple[str, list[str]]]:
    path, lines = "", list[str]()
    for line in diff.splitlines():
        if line.startswith("diff --git "):
            if path:
                yield path, lines
            path, lines = line.rpartition(" b/")[2], []
        else:
            lines.append(line)
    if path:
        yield path, lines


def _hunks(lines: Iterable[str]) -> Iterator[list[_Line]]:
    hunk: list[_Line] | None = None
    for line in lines:
        heading = _HEADING.match(line)
        if heading:
            if hunk:
                yield hunk
            hunk = [_Line(" ", heading[1])]
        elif hunk is not None and line[:1] in ("+", "-", " "):
            hunk.append(_Line(line[0], line[1:]))
    if hunk:
        yield hunk


def _plain(text: str) -> str:
    """A line without its layout."""
    return _LAYOUT.sub("", text)


def _moved(hunks: Iterable[Sequence[_Line]]) -> Counter[str]:
    """How often each line is gone in one place and new in another."""
    counts: dict[str, Counter[str]] = {"+": Counter(), "-": Counter()}
    for hunk in hunks:
        for line in hunk:
            if line.sign != " ":
                plain = _plain(line.text)
                if len(plain) >= _SHORTEST_MOVED:
                    counts[line.sign][plain] += 1
    return counts["+"] & counts["-"]


def _changed(hunk: Sequence[_Line], moved: Counter[str]) -> Iterator[_Line]:
    for same, group in groupby(hunk, key=lambda line: line.sign == " "):
        lines = list(group)
        if same or _words(lines, "+") == _words(lines, "-"):
            continue
        yield from (line for line in lines if not moved[_plain(line.text)])


def _reordered(hunks: Sequence[Sequence[_Line]]) -> list[_Line]:
    """The lines that moved within a file where nothing else changed: their order is what was meant."""
    own = _moved(hunks)
    return [line for hunk in hunks for line in _changed(hunk, Counter()) if own[_plain(line.text)]]


def _words(lines: Iterable[_Line], sign: str) -> str:
    return "".join(_plain(line.text) for line in lines if line.sign == sign)
