"""All that others' requests teach about a service: recordings, in its folder and named by the user, and its tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.lessons.complete import complete
from crashworthy.lab.traffic.lessons.gather import read_recording, recordings_in, sources_of
from crashworthy.lab.traffic.lessons.lessons import Lessons, joined, lessons_from
from crashworthy.lab.traffic.lessons.recorded import Recorded
from crashworthy.lab.traffic.lessons.tests_read import requests_in_tests
from crashworthy.source.tree import SourceTree


@dataclass(frozen=True)
class Studied:
    """The operations with what recordings add to them, and the lessons for them."""

    operations: tuple[Operation, ...]
    lessons: Lessons


def study(
    tree: SourceTree, operations: Sequence[Operation], files: Sequence[Path] = (), ran: Sequence[Recorded] = ()
) -> Studied:
    """Read recordings and tests, and learn from them and from requests that tests made when they `ran`.

    A named file that cannot be read raises CrashworthyError.
    """
    given = [request for file in files for request in read_recording(file)]
    found, notes = recordings_in(tree.root)
    requests = [*given, *found]
    tests = [*ran, *requests_in_tests(tree.files)]
    completed = complete(operations, [*requests, *tests])
    lessons = joined(
        (
            lessons_from(requests, completed),
            # A test asks for what is not there, too; and what stands in the source is no secret.
            replace(lessons_from(tests, completed, private=False), notes=()),
        )
    )
    if requests:
        notes.append(f"learned from recorded requests: {sources_of(requests)}")
    if tests:
        notes.append(f"learned from the service's tests: {len(ran)} requests made, {len(tests) - len(ran)} written")
    new = [operation.name for operation in completed if operation.source == "recorded"]
    if new:
        notes.append(f"known from recordings alone: {', '.join(new[:5])}")
    return Studied(completed, replace(lessons, notes=(*notes, *lessons.notes)))
