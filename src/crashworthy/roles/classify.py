"""Which tasks a change belongs to, by what it touches: files by their names, lines by what stands in them.

Each changed line speaks for the tasks whose marks it bears; a file's own nature speaks for those of its lines that
bear none. Tests and pipelines that come along with code say nothing, or little: most changes bring some. What the title
of a commit says it is for counts as much as its lines: the same ones are a new endpoint, or the repair of a hole. Where
no title names a task, the entries that the change adds to a changelog are read like one. The weights of a change are
its tasks' shares, the largest scaled to 1, and small ones left out: a change of forty lines of routes and two of a
query is work on routes.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from crashworthy.roles.change import Touched

_NONE = ""
_TESTING = "automated-testing"
_LOGGING = "observability"
_SECURITY = "security-implementation"
_LEAST_SHARE = 0.2
_UNMARKED = 0.5
"""What a line without a mark counts for its file's nature."""
_UNKNOWN = 0.3
"""What a line counts that speaks for no task, in a file without a nature: a large change is not about its one query."""
_LOGGED = 0.3
"""What a line of logging counts: it comes along with changes of every kind."""
_TESTED = 0.2
"""What a line of a test counts, of a change that is hardly anything else."""
_PIPELINE = 0.1
"""What a line of a pipeline's description counts: there are many of them to a thought, and they come along as well."""
_ALONG = 0.05
"""From this many lines of code for a line of tests on, the tests came along, and the change is about the code."""
_IMPORT = 0.3
"""What a line that imports counts: what is imported is used elsewhere, or was moved."""
_TITLED = 1.2
"""What a task that the title names gains, of all points."""
_ENTERED = 0.5
"""The same of entries of a changelog, which tell of the change beside others."""
_MOST_ENTRIES = 12
_REVERT = re.compile(r"^(revert|rollback|roll back|hotfix)\b|\b(incident|outage|post-?mortem)\b", re.I | re.M)
_ADVISORY = re.compile(r"\b(CVE-\d{4}-\d+|GHSA-\w{4}-\w{4}|OSS[AN]-\d+)")
"""A change that names an advisory repairs a hole, whatever else its title says."""

_LONGEST_LINE = 400
"""Longer lines were written by programs."""
_IMPORTS = re.compile(r"^\s*(from\s+\S+\s+)?import\s")
_ADDRESS = re.compile(r"\S+://\S+|\S+@\S+")
_COMMENT = re.compile(r"""^\s*(#|//|\*|$|(__)?version(__)?\s*=\s*['"])""", re.IGNORECASE)
# A sentence of a docstring: words and their punctuation alone, and no statement of SQL.
_PROSE = re.compile(r"""^\s*(?![A-Z]{4,} )["']{0,3}[A-Za-z][\w'`-]*[,;:]?( [\w'`"-]+[,;:.]?){4,}["']{0,3}$""")
_CHANGELOG = re.compile(r"(^|/)(change-?logs?|changes|history|news)(\.\w+)?$", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*(?:[-*+]|\d+\.) +(\S.*)")
_PIPELINES = re.compile(
    r"(^|/)(\.(github|circleci|ci|gitlab|zuul\.d)/|zuul\.d/|\.(travis|gitlab-ci|zuul|mergify)|azure-pipelines|Jenkinsfile)"
)


class _Mark(NamedTuple):
    """A task, and what marks files, lines and titles as work on it; no task: what says nothing."""

    task: str
    paths: re.Pattern[str] | None
    lines: re.Pattern[str] | None
    titles: re.Pattern[str] | None


def classify(touched: Iterable[Touched], message: str = "") -> dict[str, float]:
    """Weights of tasks, 0 to 1, the largest 1; empty when nothing that was touched speaks for a task."""
    points: defaultdict[str, float] = defaultdict(float)
    lines = {True: 0, False: 0}
    entries = list[str]()
    for file in touched:
        if _CHANGELOG.search(file.path):
            entries += (entry[1] for line in file.lines if (entry := _ENTRY.match(line)))
            continue
        spoken = _points(file)
        lines[_TESTING in spoken] += sum(1 for line in file.lines if line.strip()) if spoken else 0
        for task, count in spoken.items():
            points[task] += count
    if lines[False] >= _ALONG * lines[True]:
        points.pop(_TESTING, None)
    for task, share in _told(message, entries).items():
        points[task] += share * max(1.0, sum(points.values()))
    if _REVERT.search(message):
        points["incident-response"] += max([1.0, *points.values()])
    total = sum(points.values())
    kept = {task: count for task, count in points.items() if task and count >= _LEAST_SHARE * total}
    most = max(kept.values(), default=0.0)
    return {task: round(count / most, 3) for task, count in sorted(kept.items(), key=lambda item: -item[1])}


def _told(message: str, entries: Sequence[str]) -> dict[str, float]:
    """What words about the change give to tasks, as shares of what its lines do."""
    if _ADVISORY.search(message):
        return {_SECURITY: _TITLED}
    # A title stands after an empty line, or first.
    lines = ["", *message.splitlines()]
    titles = [line for before, line in pairwise(lines) if line.strip() and not before.strip()]
    named = _named("\n".join(titles))
    if named:
        return dict.fromkeys(named, _TITLED / len(named))
    told: defaultdict[str, float] = defaultdict(float)
    said = [_named(entry) for entry in entries[:_MOST_ENTRIES]]
    for tasks in said:
        for task in tasks:
            told[task] += _ENTERED / len(tasks) / len(said)
    return told


def _named(titles: str) -> list[str]:
    """The tasks that titles name; none alone where they say so: documents on passwords are documents."""
    plain = _ADDRESS.sub("", titles)
    named = [mark.task for mark in _marks() if mark.titles and mark.titles.search(plain)]
    return [_NONE] if _NONE in named else named


def _points(file: Touched) -> dict[str, float]:
    points: defaultdict[str, float] = defaultdict(float)
    nature = next((mark.task for mark in _marks() if mark.paths and mark.paths.search(file.path)), None)
    if nature == _NONE:
        return points
    # What a test does is testing, whatever it calls.
    marks = () if nature == _TESTING else tuple(mark for mark in _marks() if mark.lines)
    scale = _PIPELINE if _PIPELINES.search(file.path) else 1.0
    for line in file.lines:
        if len(line) > _LONGEST_LINE or _COMMENT.match(line) or _PROSE.match(line):
            continue
        said = [mark.task for mark in marks if mark.lines and mark.lines.search(line)]
        worth = _IMPORT if _IMPORTS.match(line) else 1.0
        for task in said:
            points[task] += scale * (_LOGGED if task == _LOGGING else worth) / len(said)
        if not said:
            unmarked = _TESTED if nature == _TESTING else _UNMARKED if nature else _UNKNOWN
            points[nature or _NONE] += scale * unmarked
    return points


@cache
def _marks() -> tuple[_Mark, ...]:
    known = tomllib.loads((files("crashworthy.roles") / "marks.toml").read_text(encoding="utf-8"))["mark"]
    return tuple(
        _Mark(
            each["task"],
            _any(each.get("paths"), re.IGNORECASE),
            _any(each.get("lines"), re.NOFLAG),
            _any(each.get("titles"), re.IGNORECASE | re.MULTILINE),
        )
        for each in known
    )


def _any(patterns: list[str] | None, flags: re.RegexFlag) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags) if patterns else None
