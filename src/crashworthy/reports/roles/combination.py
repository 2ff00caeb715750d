"""A combination of two roles as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Bullets, Folded, Heading, Part, Sheet, Table, Text, share
from crashworthy.reports.roles.simulated import assumptions, figures, tornado
from crashworthy.roles.catalogue import tasks
from crashworthy.roles.combination import Combined


def lay_out(content: Combined) -> Sheet:
    """The whole combination."""
    one, other = (side.title for side in content.sides)
    return Sheet(content.title, f"{one} + {other}", tuple(_parts(content)))


def _parts(content: Combined) -> Iterator[Part]:
    yield Text(content.why)
    yield Text(
        f"Output for the same time, against two people who hand over: {figures(content.gain, '{:+z.0%}')}; it gains in "
        f"{content.gain.gains:.0%} of the simulations."
    )
    yield Text(
        f"{content.same:.0%} of the time goes into the same tasks, and {content.shared:.0%} of the skill is shared."
    )
    yield tornado("Output, with one input at a time low and high", content.swings, content.gain.mean, "{:+z.0%}")
    yield Heading("Tasks")
    known = tasks()
    yield Table(
        ("task", "time"),
        tuple((known[task].title if task in known else task, f"{value:.1%}") for task, value in content.tasks.items()),
        frozenset({1}),
    )
    yield Heading("What each side learns")
    for side in content.sides:
        yield Folded(
            f"{side.title}: {side.hours} hours, {side.months[0]:.0f} to {side.months[1]:.0f} months",
            (
                Bullets(
                    tuple(
                        f"{each.title} ({each.hours} h, in {share(each.share)} of the other's time): {each.why}"
                        for each in side.learn
                    )
                ),
            ),
        )
    yield Heading("Assumptions")
    yield assumptions(content.assumptions.values())
    yield Text("They are ours, not measured. --hand-over 0.1-0.3 and the like change them.")
