"""Which tasks a change belongs to, by what it touches: files by their names, lines by what stands in them.

Each changed line speaks for the tasks whose marks it bears; a file's own nature speaks for those of its lines that
bear none. Tests and pipelines that come along with code say nothing: most changes bring some. What the title of a
commit says it is for counts as much as its lines: the same ones are a new endpoint, or the repair of a hole. What it
names first counts most, and a title of documents, translations or new versions of dependencies is about no task. Where
no title names anything, the entries that the change adds to a changelog are read like one. The weights of a change are
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
_PIPELINE = "deployment-automation"
_LOGGING = "observability"
_SECURITY = "security-implementation"
_ANY_FILE = (_NONE, _TESTING, _PIPELINE)
_LEAST_SHARE = 0.25
_UNMARKED = 0.5
"""What a line without a mark counts for its file's nature."""
_UNKNOWN = 0.3
"""What a line counts that speaks for no task, in a file without a nature: a large change is not about its one query."""
_LOGGED = 0.3
"""What a line of logging counts: it comes along with changes of every kind."""
_TESTED = 0.2
"""What a line of a test counts, of a change that is hardly anything else."""
_ALONG = 0.05
"""From this many lines of code for a line of tests or pipelines on, these came along: the change is about the code."""
_IMPORT = 0.3
"""What a line that imports counts: what is imported is used elsewhere, or was moved."""
_TITLED = 1.2
"""What a task that the title names gains, of all points."""
_ENTERED = 0.8
"""The same of entries of a changelog, which tell of the change beside others."""
_SMALL = 20
"""Lines of code up to which an entry of a changelog can say that a change is about no task, as a title always can: a
release often has more than its changelog tells.
"""
_MOST_ENTRIES = 12
_FIRST_ENTRIES = 2
"""Among more, one that names an advisory is one of many."""
_REVERT = re.compile(r"^(revert|rollback|roll back|hotfix)\b|\b(incident|outage|post-?mortem)\b", re.I | re.M)
_ADVISORY = re.compile(r"\b(CVE-\d{4}-\d+|GHSA-\w{4}-\w{4}|OSS[AN]-\d+)")
"""A change that names an advisory repairs a hole, whatever else its title says."""

_LONGEST_LINE = 400
"""Longer lines were written by programs."""
_IMPORTS = re.compile(r"^\s*(from\s+\S+\s+)?import\s")
_ADDRESS = re.compile(r"\S+://\S+|\S+@\S+")
_COMMENT = re.compile(r"""^\s*(#|//|\*|$|(__)?version(_info)?(__)?\s*=\s*[('"])""", re.IGNORECASE)
# A sentence of a docstring: words and their punctuation alone, and no statement of SQL.
_PROSE = re.compile(r"""^\s*(?![A-Z]{4,} )["']{0,3}[A-Za-z][\w'`-]*[,;:]?( [\w'`"-]+[,;:.]?){4,}["']{0,3}$""")
_CHANGELOG = re.compile(r"(^|/)(change-?logs?|changes|history|news)(\.\w+)?$", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*(?:[-*+]|\d+\.) +(\S.*)")
_CODE = re.compile(r"\.(py|pyx|[cm]?[jt]s|go|rb|java|kt|php|rs|cs|ex|sql|prisma|graphql|proto)$", re.IGNORECASE)
"""Files that can have the nature of a task at all; others can be a pipeline, a test or nothing."""
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
    entries = list[str]()
    points, along = defaultdict[str, float](float), defaultdict[str, float](float)
    code = 0
    beside = {_TESTING: 0, _PIPELINE: 0}
    natures = set[str | None]()
    for file in touched:
        if _CHANGELOG.search(file.path):
            entries += (entry[1] for line in file.lines if (entry := _ENTRY.match(line)))
            continue
        nature = _nature(file.path)
        natures.add(nature)
        spoken = _points(file, nature)
        count = sum(1 for line in file.lines if line.strip()) if spoken else 0
        kind = _PIPELINE if _PIPELINES.search(file.path) else _TESTING if nature == _TESTING else None
        if kind is None:
            code += count
        else:
            beside[kind] += count
        for task, worth in spoken.items():
            (points if kind is None else along)[task] += worth
    if code < _ALONG * sum(beside.values()):
        for task, worth in along.items():
            points[task] += worth
    told = _told(message, entries)
    if told == {_NONE: _TITLED} or (set(told) == {_NONE} and code <= _SMALL):
        return {}
    # Who touches tests alone is testing, whatever they test; and who touches documents or a version, not even that.
    if points and natures - {_NONE} not in (set(), {_TESTING}):
        for task, share in told.items():
            points[task] += share * max(1.0, sum(points.values()))
    if _REVERT.search(message):
        points["incident-response"] += max([1.0, *points.values()])
    total = sum(points.values())
    kept = {task: worth for task, worth in points.items() if task and worth >= _LEAST_SHARE * total}
    most = max(kept.values(), default=0.0)
    return {task: round(worth / most, 3) for task, worth in sorted(kept.items(), key=lambda item: -item[1])}


def _told(message: str, entries: Sequence[str]) -> dict[str, float]:
    """What words about the change give to tasks, as shares of what its lines do."""
    if any(_ADVISORY.search(text) for text in (message, *entries[:_FIRST_ENTRIES])):
        return {_SECURITY: _TITLED}
    # A title stands after an empty line, or first.
    lines = ["", *message.splitlines()]
    titles = [line for before, line in pairwise(lines) if line.strip() and not before.strip()]
    named = _named("\n".join(titles))
    if named:
        return {task: _TITLED * share for task, share in named.items()}
    told: defaultdict[str, float] = defaultdict(float)
    said = [_named(entry) for entry in entries[:_MOST_ENTRIES]]
    for tasks in said:
        for task, share in tasks.items():
            told[task] += _ENTERED * share / len(said)
    return told


def _named(titles: str) -> dict[str, float]:
    """The tasks that titles name, with shares: half for the second, a third for the third, of what the first has. None
    alone where they say so: documents on passwords are documents.
    """
    plain = _ADDRESS.sub("", titles)
    found = [(at.start(), mark.task) for mark in _marks() if mark.titles and (at := mark.titles.search(plain))]
    if any(task == _NONE for _, task in found):
        return {_NONE: 1.0}
    shares = {task: 1 / rank for rank, (_, task) in enumerate(sorted(found), start=1)}
    return {task: share / sum(shares.values()) for task, share in shares.items()}


def _nature(path: str) -> str | None:
    """The task that a file's path speaks for; none for what never says anything; None where the path leaves it open."""
    nature = next((mark.task for mark in _marks() if mark.paths and mark.paths.search(path)), None)
    return nature if nature in _ANY_FILE or _CODE.search(path) else None


def _points(file: Touched, nature: str | None) -> dict[str, float]:
    points: defaultdict[str, float] = defaultdict(float)
    if nature == _NONE:
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
            points[nature or _NONE] += _TESTED if nature == _TESTING else _UNMARKED if nature else _UNKNOWN
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
