"""Skills as a sheet: emerging, steady, declining; the team's gaps; a person's."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Heading, Part, Sheet, Table, Text, share
from crashworthy.roles.documents.skills import SkillDocument
from crashworthy.roles.model import Trend

_HEADINGS = {
    Trend.EMERGING: "Emerging: more of it is asked of people",
    Trend.STEADY: "Steady",
    Trend.DECLINING: "Declining: tools do more and more of it",
}


def lay_out(content: SkillDocument) -> Sheet:
    """The whole document."""
    return Sheet(f"Skills of a {content.title.lower()}", "", tuple(_parts(content)))


def _parts(content: SkillDocument) -> Iterator[Part]:
    yield Text(
        "Priority: the share of the time whose tasks name the skill, times how probable it is that people go on "
        "deciding them, times the trend. Trends are our judgement."
    )
    for trend in Trend:
        chosen = [view for view in content.skills if view.trend is trend]
        if chosen:
            yield Heading(_HEADINGS[trend], 3)
            yield Table(
                ("skill", "priority", "time", "why"),
                tuple((view.title, str(view.priority), share(view.share), view.why) for view in chosen),
                frozenset({1, 2}),
            )
    yield Heading("The team, by its changes")
    if content.team is None:
        yield Text(
            f"{content.runs} of the {content.fewest_runs} runs that a figure about a team needs. "
            "`crashworthy test PATH` adds some.",
            note=True,
        )
    elif not content.team:
        yield Text("No change broke by a weakness that practises one of these skills.")
    else:
        yield Text("Changes that broke, of those in which the weaknesses of the skill were tried; by nobody's name.")
        yield Table(
            ("skill", "changes that broke", "by"),
            tuple((gap.title, f"{gap.broke} of {gap.changes}", ", ".join(gap.weaknesses)) for gap in content.team),
            frozenset({1}),
        )
    if content.person is not None:
        yield Heading("What you lack")
        yield Table(
            ("skill", "your level of 3", "hours left", "priority"),
            tuple((gap.title, str(gap.level), str(gap.hours), str(gap.priority)) for gap in content.person),
            frozenset({1, 2, 3}),
        )
        yield Text("From your own file; nothing of it was kept.")
