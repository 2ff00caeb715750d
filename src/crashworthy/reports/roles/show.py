"""A role's assessment as a sheet: score, stages, quadrant, skills, actions, published figures."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.method import method
from crashworthy.reports.roles.sheet import Bar, Bullets, Chart, Heading, Part, Sheet, Table, Text, between, share
from crashworthy.roles.actions import recommended
from crashworthy.roles.explain import NO_EXPERIMENT, against_published, how_much_is_known, published_stage
from crashworthy.roles.model import Stage
from crashworthy.roles.quadrant import MEANING, Quadrant
from crashworthy.roles.score import RoleAssessment, TaskAssessment
from crashworthy.roles.skills import skill_views

_MOST_SKILLS = 12


def lay_out(assessment: RoleAssessment) -> Sheet:
    """The whole role."""
    role = assessment.role
    return Sheet(role.title, role.description, tuple(_parts(assessment)))


def _parts(assessment: RoleAssessment) -> Iterator[Part]:
    low, high = assessment.interval
    least, most = assessment.threat.interval
    yield Text(
        f"AI Impact Score {assessment.score:.0f} of 100 (90 % interval {between(low, high)}): the share of its time "
        "whose work an AI does to the standard."
    )
    yield Text(
        f"AI Threat Score {assessment.threat.score:.1f} of 10 ({between(least, most, '{:.1f}')}): the share of its "
        "routine output that tools can do already."
    )
    if assessment.change is not None:
        moved, (down, up) = assessment.change
        yield Text(f"Over the last quarter: {moved:+z.1f} (90 % interval {between(down, up, '{:+z.1f}')}).")
    yield Text(how_much_is_known(assessment), note=True)
    yield Heading("Stages")
    tasks = sorted(assessment.tasks, key=lambda each: -each.task.share)
    yield Table(
        ("task", "time", "stage", "done to the standard", "evidence", "published"),
        tuple(_row(each) for each in tasks),
        frozenset({1, 4}),
    )
    if not all(each.evidence.weaknesses for each in tasks):
        yield Text(
            f"{NO_EXPERIMENT.capitalize()}: nothing that is tried here speaks about the task; it moves with "
            "the others, a part of the way."
        )
    for sentence in against_published(assessment.tasks):
        yield Text(sentence)
    yield Chart(
        "How much of each an AI does to the standard: 90 % interval and mean",
        tuple(Bar(each.task.title, *_in_order(each)) for each in tasks),
        0,
        1,
        "{:.0%}",
    )
    yield Heading("Automate, augment, protect, monitor")
    for quadrant in Quadrant:
        members = [each.task.title for each in tasks if each.place.quadrant is quadrant]
        yield Text(f"{quadrant.value.capitalize()}: {', '.join(members) or 'none'}. {MEANING[quadrant]}")
    yield Heading("What to do next")
    yield Bullets(tuple(f"{action.do}. {action.why}." for action in recommended(assessment)), ordered=True)
    yield Heading("Skills")
    yield Table(
        ("skill", "trend", "priority", "why"),
        tuple(
            (view.title, view.trend.value, str(view.priority), view.why)
            for view in skill_views(assessment)[:_MOST_SKILLS]
        ),
        frozenset({2}),
    )
    yield from _published(assessment)
    yield Heading("What these figures can and cannot say")
    yield Bullets(method())


def _row(each: TaskAssessment) -> tuple[str, ...]:
    low, high = each.estimate.interval
    published = published_stage(each)
    return (
        each.task.title,
        share(each.task.share),
        each.decision.stage.value + ("?" if each.decision.close else ""),
        f"{each.estimate.mean:.0%} ({low:.0%} to {high:.0%})",
        share(each.estimate.evidence_share) if each.evidence.weaknesses else NO_EXPERIMENT,
        published.value if isinstance(published, Stage) else "",
    )


def _in_order(each: TaskAssessment) -> tuple[float, float, float]:
    low, high = each.estimate.interval
    return low, each.estimate.mean, high


def _published(assessment: RoleAssessment) -> Iterator[Part]:
    if not assessment.role.figures:
        return
    sources = {source.id: source for source in assessment.role.sources}
    yield Heading("Published about the role")
    yield Table(
        ("figure", "what it says", "source"),
        tuple(
            (
                f"{figure.value:g}" if figure.value is not None else "",
                figure.says,
                f"{sources[figure.source].title}, {sources[figure.source].year}",
            )
            for figure in assessment.role.figures
        ),
        frozenset({0}),
    )
