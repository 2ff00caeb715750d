"""How often the tasks of a change, read from its diff, are those that a person reads. Goal: 85 % of 100 changes.

changes.toml has the labels. The releases are fetched from PyPI (some 500 MB) and patches from Debian, and nothing of
them is kept. What is read is what `git diff` prints of a change, and its title where one is known. Right: the heaviest
task is one of the labels; for "none", that nothing was found.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import tarfile
import tempfile
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

from crashworthy.roles.change import files_of_diff
from crashworthy.roles.classify import classify

INDEX = "https://pypi.org"
DEBIAN = "http://deb.debian.org"
NONE = "none"
_TIMEOUT_S = 120
_GENERATED = re.compile(r"(^|/)PKG-INFO$|\.egg-info/|\.pyc$")
"""What a source distribution has and no commit."""
_PART = re.compile(r"^(?=--- )", re.MULTILINE)
_NEW_PATH = re.compile(r"^\+\+\+ (?:b/)?(\S+)", re.MULTILINE)
_HEADED = re.compile(r"^diff --git .* b/[ab]/(.*)$", re.MULTILINE)
_TITLE = re.compile(r"^(?:Subject|Description): *(?:\[PATCH[^\]]*\] *)?", re.MULTILINE)


def changes(console: Console, options: argparse.Namespace) -> None:  # noqa: ARG001 - the parts have one signature
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
    right = main = told = of_told = silent = 0
    for each, weights in pairs:
        first = next(iter(weights), NONE)
        right += first in each["tasks"]
        main += first == each["tasks"][0]
        silent += NONE in each["tasks"]
        of_told += NONE not in each["tasks"]
        told += NONE not in each["tasks"] and first in each["tasks"]
        if first not in each["tasks"]:
            found = ", ".join(f"{task} {weight:g}" for task, weight in weights.items()) or NONE
            table.add_row(_name(each), ", ".join(each["tasks"]), found)
    console.print(table)
    console.print(
        f"the heaviest task is a label in {right} of {len(pairs)}, the main one in {main}; of the changes that are "
        f"about a task in {told} of {of_told}. Who says none of every change is right in {silent}.\n"
    )


def _name(change: dict[str, Any]) -> str:
    if "patch" in change:
        return f"{change['archive'].rpartition('/')[2].partition('_')[0]} {change['patch']}"
    return " ".join(change[part] for part in ("package", "after", "file") if part in change)


def _classified(change: dict[str, Any]) -> dict[str, float]:
    if "patch" in change:
        message, diff = _patch(change["archive"], change["patch"])
    else:
        message, diff = change.get("title", ""), _difference(change)
    return classify(files_of_diff(diff), message)


def _difference(change: dict[str, Any]) -> str:
    """What git prints of the change between two releases, or of the one file."""
    before, after = (_files(change["package"], change[which]) for which in ("before", "after"))
    paths = [change["file"]] if "file" in change else sorted(before.keys() | after.keys())
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            if before.get(path) == after.get(path) or _GENERATED.search(path):
                continue
            for side, files in (("a", before), ("b", after)):
                if path in files:
                    place = Path(folder, side, path)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_text(files[path], encoding="utf-8", newline="")
        for side in "ab":
            Path(folder, side).mkdir(exist_ok=True)
        command = ["git", "diff", "--no-index", "--no-color", "--no-ext-diff", "a", "b"]
        said = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout.decode("utf-8", "replace")
    # As git heads a file of a repository: here each path has its side before it.
    return _HEADED.sub(r"diff --git a/\1 b/\1", said)


def _patch(archive: str, name: str) -> tuple[str, str]:
    """The message of a patch, its title first, and what it changes."""
    with tarfile.open(fileobj=io.BytesIO(_get(f"{DEBIAN}/{archive}"))) as opened:
        member = opened.extractfile(f"debian/patches/{name}")
        assert member is not None
        head, *parts = _PART.split(member.read().decode("utf-8", "replace"))
    # Each part as git would head it: patches of quilt leave that line out.
    diff = "".join(f"diff --git a/{path[1]} b/{path[1]}\n{part}" for part in parts if (path := _NEW_PATH.search(part)))
    title = _TITLE.search(head)
    return head[title.end() :] if title else "", diff


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
