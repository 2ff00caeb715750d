"""A mapped job description as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Bullets, Heading, Part, Sheet, Table, Text, between, share
from crashworthy.roles.documents.assessed import AssessedDocument
from crashworthy.roles.quadrant import MEANING


def lay_out(content: AssessedDocument) -> Sheet:
    """The whole document."""
    return Sheet(content.title, "Mapped to known tasks, and compared with the library", tuple(_parts(content)))


def _parts(content: AssessedDocument) -> Iterator[Part]:
    page = content.page
    if page is not None:
        yield Text(
            f"AI Impact Score {page.score:.0f} of 100 (90 % interval {between(*page.interval)}), AI Threat Score "
            f"{page.threat:.1f} of 10 ({between(*page.threat_interval, '{:.1f}')}), of the "
            f"{1 - content.mapping.unknown:.0%} of the time that is known."
        )
    if content.mapping.duties:
        yield Heading("What was taken for what")
        yield Table(
            ("duty", "time", "known task", "alike", "by these words"),
            tuple(
                (duty.text, share(duty.share), each.title, f"{each.similarity:.2f}", ", ".join(each.words))
                for duty in content.mapping.duties
                for each in duty.tasks
            ),
            frozenset({1, 3}),
        )
        yield Text(
            "Words are compared, not meanings. --write FILE.toml writes the mapping as a role, with each duty beside "
            "its task, to correct by hand."
        )
    if content.unknown:
        yield Heading("Not known")
        yield Text(f"Below a similarity of {content.threshold:.2f} nothing is guessed.", note=True)
        yield Table(
            ("duty", "time", "published ratings of such wording"),
            tuple(
                (
                    duty.text,
                    share(duty.share),
                    "no basis" if duty.expected is None else f"{duty.expected[0]:.2f} to {duty.expected[1]:.2f} of 1",
                )
                for duty in content.unknown
            ),
            frozenset({1}),
        )
    if page is not None:
        yield Heading("Stages")
        yield Table(
            ("task", "time", "stage", "done to the standard", "quadrant"),
            tuple(
                (
                    task.title,
                    share(task.share),
                    task.stage.value + ("?" if task.close else ""),
                    f"{task.estimate:.0%} ({task.interval[0]:.0%} to {task.interval[1]:.0%})",
                    task.quadrant.value,
                )
                for task in page.tasks
            ),
            frozenset({1}),
        )
        met = {task.quadrant for task in page.tasks}
        yield Bullets(tuple(f"{each.value}: {MEANING[each]}" for each in MEANING if each in met))
    if content.benchmarks:
        yield Heading("Beside the library")
        for benchmark in content.benchmarks:
            yield Text(f"{benchmark.title}: {benchmark.same:.0%} of the time is spent on the same tasks.")
        first = content.benchmarks[0]
        yield Bullets(
            tuple(f"{each.task}: {each.own:.0%} here, {each.library:.0%} there" for each in first.differences[:8])
        )
