"""Which tasks a change belongs to, by what it touches: files by their names, lines by what stands in them.

Each changed line speaks for the tasks whose marks it bears; a file's own nature speaks for those of its lines that
bear none. Tests that come along with code say nothing: most changes bring some. What the title of a commit says it is
for counts as much as its lines: the same ones are a new endpoint, or the repair of a hole. The weights of a change are
its tasks' shares, the largest scaled to 1, and small ones left out: a change of forty lines of routes and two of a
query is work on routes.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

_TESTING = "automated-testing"
_LOGGING = "observability"
_LEAST_SHARE = 0.2
_UNMARKED = 0.5
"""What a line without a mark counts for its file's nature."""
_UNKNOWN = 0.3
"""What a line counts that speaks for no task, in a file without a nature: a large change is not about its one query."""
_LOGGED = 0.3
"""What a line of logging counts: it comes along with changes of every kind."""
_TESTED = 0.2
"""What a line of a test counts, of a change that is hardly anything else."""
_ALONG = 0.05
"""From this many lines of code for a line of tests on, the tests came along, and the change is about the code."""
_IMPORT = 0.3
"""What a line that imports counts: what is imported is used elsewhere, or was moved."""
_TITLED = 1.0
"""What a task that the title names gains, of all points."""
_REVERT = re.compile(r"^(revert|rollback|roll back|hotfix)\b|\b(incident|outage|post-?mortem)\b", re.I | re.M)

_LONGEST_LINE = 400
"""Longer lines were written by programs."""
_IMPORTS = re.compile(r"^\s*(from\s+\S+\s+)?import\s")
_ADDRESS = re.compile(r"\S+://\S+|\S+@\S+")
_COMMENT = re.compile(r"""^\s*(#|//|\*|$|(__)?version(__)?\s*=\s*['"])""", re.IGNORECASE)
# A sentence of a docstring: words and their punctuation alone, and no statement of SQL.
_PROSE = re.compile(r"""^\s*(?![A-Z]{4,} )["']{0,3}[A-Za-z][\w'`-]*[,;:]?( [\w'`"-]+[,;:.]?){4,}["']{0,3}$""")


class _Mark(NamedTuple):
    """A task, and what marks files, lines and titles as work on it; no task: files that say nothing."""

    task: str
    paths: re.Pattern[str] | None
    lines: re.Pattern[str] | None
    titles: re.Pattern[str] | None


class Touched(NamedTuple):
    """One file of a change with its added and removed lines, without their signs."""

    path: str
    lines: tuple[str, ...]


def classify(touched: Iterable[Touched], message: str = "") -> dict[str, float]:
    """Weights of tasks, 0 to 1, the largest 1; empty when nothing that was touched speaks for a task."""
    points: defaultdict[str, float] = defaultdict(float)
    lines = {True: 0, False: 0}
    for file in touched:
        spoken = _points(file)
        lines[_TESTING in spoken] += sum(1 for line in file.lines if line.strip()) if spoken else 0
        for task, count in spoken.items():
            points[task] += count
    if lines[False] >= _ALONG * lines[True]:
        points.pop(_TESTING, None)
    named = _named(message)
    gain = _TITLED * max(1.0, sum(points.values()))
    for task in named:
        points[task] += gain / len(named)
    if _REVERT.search(message):
        points["incident-response"] += max([1.0, *points.values()])
    total = sum(points.values())
    kept = {task: count for task, count in points.items() if task and count >= _LEAST_SHARE * total}
    most = max(kept.values(), default=0.0)
    return {task: round(count / most, 3) for task, count in sorted(kept.items(), key=lambda item: -item[1])}


def _named(message: str) -> list[str]:
    """The tasks that titles of commits name; a title stands after an empty line, or first."""
    lines = ["", *message.splitlines()]
    titles = _ADDRESS.sub("", "\n".join(line for before, line in pairwise(lines) if not before.strip()))
    return [mark.task for mark in _marks() if mark.titles and mark.titles.search(titles)]


def files_of_diff(diff: str) -> Iterator[Touched]:
    """The files of a unified diff, as `git diff` prints it."""
    path, lines = "", list[str]()
    for line in diff.splitlines():
        if line.startswith("diff --git "):
            if path:
                yield Touched(path, tuple(lines))
            path, lines = line.rpartition(" b/")[2], []
        elif line[:1] in "+-" and line[:3] not in ("+++", "---"):
            lines.append(line[1:])
    if path:
        yield Touched(path, tuple(lines))


def _points(file: Touched) -> dict[str, float]:
    points: defaultdict[str, float] = defaultdict(float)
    nature = next((mark.task for mark in _marks() if mark.paths and mark.paths.search(file.path)), None)
    if nature == "":
        return points
    # What a test does is testing, whatever it calls.
    marks = () if nature == _TESTING else tuple(mark for mark in _marks() if mark.lines)
    for line in file.lines:
        if len(line) > _LONGEST_LINE or _COMMENT.match(line) or _PROSE.match(line):
            continue
        said = [mark.task for mark in marks if mark.lines and mark.lines.search(line)]
        worth = _IMPORT if _IMPORTS.match(line) else 1.0
        for task in said:
            points[task] += (_LOGGED if task == _LOGGING else worth) / len(said)
        if not said:
            points[nature or ""] += _TESTED if nature == _TESTING else _UNMARKED if nature else _UNKNOWN
    return points


@cache
def _marks() -> tuple[_Mark, ...]:
    known = tomllib.loads((files("crashworthy.roles") / "marks.toml").read_text(encoding="utf-8"))["mark"]
    return tuple(
        _Mark(
            each["task"],
            _any(each.get("paths"), re.IGNORECASE),
            _any(each.get("lines"), re.NOFLAG),
            _any(each.get("titles"), re.IGNORECASE),
        )
        for each in known
    )


def _any(patterns: list[str] | None, flags: re.RegexFlag) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags) if patterns else None
