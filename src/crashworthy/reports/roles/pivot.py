"""A pivot plan as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Bullets, Folded, Heading, Part, Sheet, Table, Text, between, share
from crashworthy.roles.catalogue import skills
from crashworthy.roles.documents.pivot import PersonalTask, PivotPlan
from crashworthy.roles.pathways import Pathway
from crashworthy.roles.practice import Practice

_MOST_LEARNED = 6


def lay_out(plan: PivotPlan) -> Sheet:
    """The whole plan."""
    return Sheet(f"Pivot plan: {plan.title}", "", tuple(_parts(plan)))


def _parts(plan: PivotPlan) -> Iterator[Part]:
    yield Text(
        f"AI Threat Score {plan.threat:.1f} of 10 (90 % interval {between(*plan.threat_interval, '{:.1f}')}): the "
        "share of "
        f"your routine output that tools can do already. {plan.routine:.0%} of your time is routine."
    )
    if plan.unknown:
        yield Text(f"{plan.unknown:.0%} of your time is no known task; nothing here speaks about it.", note=True)
    yield Text("Made from your own file and the ledger that you named. Nothing of it was kept.", note=True)
    yield Heading("Your tasks")
    yield Table(
        ("task", "time", "stage", "AI to the standard"),
        tuple(
            (task.title, share(task.share), task.stage.value, f"{task.interval[0]:.0%} to {task.interval[1]:.0%}")
            for task in plan.tasks
        ),
        frozenset({1}),
    )
    yield Text("What that means for you:")
    yield Bullets(tuple(_outlook(outlook, tasks) for outlook, tasks in _by_outlook(plan.tasks).items()))
    yield Heading("Near tasks on which judgement hangs")
    titles = {skill.id: skill.title for skill in skills().values()}
    yield Table(
        ("task", "you know", "to learn", "hours"),
        tuple(
            (
                each.title,
                ", ".join(each.known),
                ", ".join(titles[skill] for skill in each.learn) or "nothing",
                str(each.hours),
            )
            for each in plan.neighbours
        ),
        frozenset({3}),
    )
    yield Heading("Ways to other roles")
    if plan.ways:
        yield from ways_table(plan.ways, plan.hours_per_week)
    else:
        yield Text("No role of the library passes these filters. Wages are known for some occupations only.")
    yield Heading("What to do, in this order")
    for number, each in enumerate(plan.steps, 1):
        yield from practice_parts(number, each)


def _by_outlook(tasks: tuple[PersonalTask, ...]) -> dict[str, list[PersonalTask]]:
    grouped: dict[str, list[PersonalTask]] = {}
    for task in tasks:
        grouped.setdefault(task.outlook, []).append(task)
    return grouped


def _outlook(outlook: str, tasks: list[PersonalTask]) -> str:
    titles = ", ".join(task.title for task in tasks)
    return f"{titles} ({sum(task.share for task in tasks):.0%} of your time): {outlook}."


def ways_table(ways: tuple[Pathway, ...], hours_per_week: float) -> Iterator[Part]:
    """Pathways side by side, and what each asks to be learned."""
    yield Table(
        ("role", "same tasks", "hours", f"months at {hours_per_week:g} h a week", "median wage", "experience"),
        tuple(
            (
                way.title,
                share(way.same),
                str(way.hours),
                f"{way.months[0]:.0f} to {way.months[1]:.0f}",
                _wage(way),
                way.experience or "not known",
            )
            for way in ways
        ),
        frozenset({1, 2, 4}),
    )
    for way in ways:
        yield Folded(
            f"{way.title}: what is asked beyond what you have",
            (
                Bullets(
                    tuple(
                        f"{each.title} ({each.trend.value}, {each.hours} h): {each.why}"
                        for each in way.learn[:_MOST_LEARNED]
                    )
                ),
            ),
        )
    yield Text(
        "Hours are rough guesses of ours. Wages are medians of whole occupations in the United States, May 2023 (U.S. "
        "Bureau of Labor Statistics), and say nothing about one salary; those marked * were not compared with their "
        "source, so look them up before you decide by them."
    )


def _wage(way: Pathway) -> str:
    if way.wage is None:
        return "not known"
    return f"${way.wage:,}{'' if way.wage_checked else ' *'}"


def practice_parts(number: int, each: Practice) -> Iterator[Part]:
    """A skill's practice as numbered steps."""
    yield Heading(f"{number}. {each.title}", 3)
    yield Bullets((*each.steps, f"Learned when: {each.shows}"))
