"""A scenario as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Heading, Part, Sheet, Table, Text, share
from crashworthy.reports.roles.simulated import assumptions, figures, tornado
from crashworthy.roles.scenario import Policy, PolicyResult, Scenario

_NAMES = {
    Policy.RECOMMENDED: "as the stages say",
    Policy.DRAFT_ALL: "AI drafts everything, people review",
    Policy.HAND_OVER_ALL: "everything is handed over, nobody looks",
}


def lay_out(content: Scenario) -> Sheet:
    """The whole scenario."""
    return Sheet(
        f"Scenario: {content.title}",
        f"Simulated {content.draws:,} times, each with other draws of what is not known",
        tuple(_parts(content)),
    )


def _parts(content: Scenario) -> Iterator[Part]:
    yield Heading("What each policy brings")
    yield Table(
        ("policy", "hours a week", "money a quarter", "gains in"),
        tuple(_row(each) for each in content.policies),
        frozenset({3}),
    )
    yield Text(
        "After review, doing again what is wrong, and what escapes. Below 0 it loses. Means with 90 % intervals; "
        "the last column is the share of simulations in which it gains. Money is in the currency of --rate."
    )
    for each in content.policies:
        yield Heading(f"What matters most, {_NAMES[each.policy]}", 3)
        yield tornado(
            "Money a quarter, with one input at a time at its 10 % and its 90 % quantile",
            each.swings,
            each.money_per_quarter.mean,
            "{:z,.0f}",
        )
    yield Heading("By task, as the stages say")
    moved = [each for each in content.tasks if any((each.hours_per_week.mean, *each.hours_per_week.interval))]
    if moved:
        yield Table(
            ("task", "way", "hours a week"),
            tuple((each.title, each.way, figures(each.hours_per_week, "{:z.1f}")) for each in moved),
        )
    still = [each.title for each in content.tasks if each not in moved]
    if still:
        yield Text(f"As today, by people: {', '.join(still)}.")
    yield Heading("Assumptions")
    yield assumptions(content.assumptions.values())
    yield Text("Each is yours to change: --team 5, --adoption 0.2-0.4-0.6, --saved 0.3-0.8.")


def _row(each: PolicyResult) -> tuple[str, ...]:
    return (
        _NAMES[each.policy],
        figures(each.hours_per_week, "{:z,.0f}"),
        figures(each.money_per_quarter, "{:z,.0f}"),
        share(each.money_per_quarter.gains) if any(each.money_per_quarter.interval) else "nothing changes",
    )
