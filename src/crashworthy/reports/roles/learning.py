"""A learning plan as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Bullets, Folded, Heading, Part, Sheet, Table, Text, share
from crashworthy.roles.documents.learning import LearningPlan, Lesson

_AS_BEFORE = "Then the same steps as for the first skill of this kind above; it is learned when the same holds."
_ONLY_AS_BEFORE = "The same steps as for the first skill of this kind above; it is learned when the same holds."


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
    told: set[str] = set()
    for part in plan.parts:
        yield Heading(f"{part.title}, {part.hours} hours")
        if not part.lessons:
            yield Text("Nothing open here; use the hours where the ledger last broke.")
        for lesson in part.lessons:
            practice = lesson.practice
            # A defect that practises several skills is played with the first of them, and what all skills of an area
            # share is said once.
            own = tuple(step for step in practice.own if step not in told)
            new = practice.shows not in told
            told.update((*own, practice.shows))
            steps = (*own, *practice.usual, f"Learned when: {practice.shows}") if new else own
            rest = () if new else (Text(_AS_BEFORE if own else _ONLY_AS_BEFORE),)
            yield Folded(_head(lesson), (Text(lesson.why), *((Bullets(steps),) if steps else ()), *rest))


def _head(lesson: Lesson) -> str:
    first, last = lesson.weeks
    weeks = f"week {first}" if first == last else f"weeks {first} to {last}"
    return f"{lesson.title}: {lesson.hours} of {lesson.of_hours} h, {weeks}"
