"""Which tasks a change belongs to, by what it touches: files by their names, lines by what stands in them.

Each changed line speaks for the tasks whose marks it bears; a file's own nature speaks for those of its lines that
bear none. What the title of a commit says the change is for adds to that: the same lines are a new endpoint or the
repair of a hole. The weights of a change are its tasks' shares of the lines, the largest scaled to 1, and small ones left
out: a change of forty lines of routes and two of a query is work on routes.
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
"""What a line of a test counts: most changes bring tests along, and are about something else."""
_TITLED = 0.5
"""What a task that the title names gains, of all points."""
_REVERT = re.compile(r"^(revert|rollback|roll back|hotfix)\b|\b(incident|outage|post-?mortem)\b", re.I | re.M)

_COMMENT = re.compile(r"^\s*(#|//|\*|$)")
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
    for file in touched:
        for task, count in _points(file).items():
            points[task] += count
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
    titles = "\n".join(line for before, line in pairwise(lines) if not before.strip())
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
        if _COMMENT.match(line) or _PROSE.match(line):
            continue
        said = [mark.task for mark in marks if mark.lines and mark.lines.search(line)]
        for task in said:
            points[task] += (_LOGGED if task == _LOGGING else 1) / len(said)
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
