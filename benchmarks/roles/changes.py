"""How often the tasks of a change, read from its diff, are those that a person reads. Goal: 85 % of 100 changes.

changes.toml has the labels. The releases are fetched from PyPI (some 300 MB), and nothing of them is kept. Right: the
heaviest task is one of the labels; for "none", that nothing was found.
"""

from __future__ import annotations

import difflib
import io
import json
import tarfile
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crashworthy.roles.classify import Touched, classify

INDEX = "https://pypi.org"
NONE = "none"
_TIMEOUT_S = 120


def changes(console: Console, worlds: int) -> None:  # noqa: ARG001 - the parts have one signature
    labelled = tomllib.loads((Path(__file__).parent / "changes.toml").read_text(encoding="utf-8"))["change"]
    # A few at a time: an index is no load test.
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(_classified, labelled))
    for drawn in sorted({each["drawn"] for each in labelled}):
        _told(console, drawn, [pair for pair in zip(labelled, said, strict=True) if pair[0]["drawn"] == drawn])


def _told(console: Console, drawn: int, pairs: Sequence[tuple[dict[str, Any], dict[str, float]]]) -> None:
    table = Table(title=f"draw {drawn}: changes whose task was read otherwise", title_justify="left")
    for column in ("change", "by hand", "by the classifier"):
        table.add_column(column)
    right = main = 0
    for each, weights in pairs:
        first = next(iter(weights), NONE)
        right += first in each["tasks"]
        main += first == each["tasks"][0]
        if first not in each["tasks"]:
            found = ", ".join(f"{task} {weight:g}" for task, weight in weights.items()) or NONE
            table.add_row(f"{each['package']} {each['after']} {each['file']}", ", ".join(each["tasks"]), found)
    console.print(table)
    console.print(f"the heaviest task is a label in {right} of {len(pairs)}, the main one in {main}\n")


def _classified(change: dict[str, Any]) -> dict[str, float]:
    before, after = (
        _files(change["package"], change[which]).get(change["file"], "").splitlines() for which in ("before", "after")
    )
    diff = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
    lines = tuple(line[1:] for line in diff if line[:1] in "+-")
    return classify([Touched(change["file"], lines)])


@cache
def _files(package: str, version: str) -> dict[str, str]:
    """The text files of a source distribution by their path inside it."""
    base = f"{INDEX}/simple/{package}/"
    releases = json.loads(_get(f"{INDEX}/pypi/{package}/json"))["releases"]
    url = next(file["url"] for file in releases[version] if file["packagetype"] == "sdist")
    found = {}
    with tarfile.open(fileobj=io.BytesIO(_get(urllib.parse.urljoin(base, url)))) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.isfile() else None
            if opened is not None:
                found[member.name.partition("/")[2]] = opened.read().decode("utf-8", "replace")
    return found


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
        content: bytes = answer.read()
    return content
