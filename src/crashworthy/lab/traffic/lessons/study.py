"""All that others' requests teach about a service: recordings in its folder and those that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.lessons.complete import complete
from crashworthy.lab.traffic.lessons.gather import read_recording, recordings_in, sources_of
from crashworthy.lab.traffic.lessons.lessons import Lessons, lessons_from
from crashworthy.source.tree import SourceTree


@dataclass(frozen=True)
class Studied:
    """The operations with what recordings add to them, and the lessons for them."""

    operations: tuple[Operation, ...]
    lessons: Lessons


def study(tree: SourceTree, operations: Sequence[Operation], files: Sequence[Path] = ()) -> Studied:
    """Read recordings and learn from them. A named file that cannot be read raises CrashworthyError."""
    given = [request for file in files for request in read_recording(file)]
    found, notes = recordings_in(tree.root)
    requests = [*given, *found]
    completed = complete(operations, requests)
    lessons = lessons_from(requests, completed)
    if requests:
        notes.insert(0, f"learned from recorded requests: {sources_of(requests)}")
    new = [operation.name for operation in completed if operation.source == "recorded"]
    if new:
        notes.append(f"known from recordings alone: {', '.join(new[:5])}")
    return Studied(completed, replace(lessons, notes=(*notes, *lessons.notes)))
