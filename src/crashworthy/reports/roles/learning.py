"""A learning plan as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Bullets, Folded, Heading, Part, Sheet, Table, Text, share
from crashworthy.roles.documents.learning import LearningPlan


def lay_out(plan: LearningPlan) -> Sheet:
    """The whole plan."""
    to = f", on the way to {plan.goal.lower()}" if plan.goal else ""
    title = f"Learning plan of a {plan.title.lower()}{to}"
    return Sheet(title, f"{plan.weeks} weeks at {plan.hours_per_week:g} hours", tuple(_parts(plan)))


def _parts(plan: LearningPlan) -> Iterator[Part]:
    yield Heading("Split")
    yield Table(
        ("part", "usual", "here", "hours"),
        tuple((part.title, share(part.default), share(part.share), str(part.hours)) for part in plan.parts),
        frozenset({1, 2, 3}),
    )
    if plan.because:
        yield Bullets(tuple(f"Changed by {reason}." for reason in plan.because))
    else:
        yield Text("The usual split: the ledger has too few runs to change it, and no goal was named (--goal ROLE).")
    for part in plan.parts:
        yield Heading(f"{part.title}, {part.hours} hours")
        if not part.lessons:
            yield Text("Nothing open here; use the hours where the ledger last broke.")
        for lesson in part.lessons:
            first, last = lesson.weeks
            weeks = f"week {first}" if first == last else f"weeks {first} to {last}"
            yield Folded(
                f"{lesson.title}: {lesson.hours} of {lesson.of_hours} h, {weeks}",
                (Text(lesson.why), Bullets((*lesson.practice.steps, f"Learned when: {lesson.practice.shows}"))),
            )
