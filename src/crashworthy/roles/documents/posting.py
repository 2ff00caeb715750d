"""A job posting that says what the work really is: what people decide, what tools do, what is asked and what is not."""

from __future__ import annotations

from crashworthy.core.value import Value
from crashworthy.roles.documents.description import Description, Duty
from crashworthy.roles.model import Stage

_MOST = 6


class Posting(Value):
    """The posting. Shares of the time stand behind each line, so that nobody is hired for a tenth of the job."""

    title: str
    about: str
    decide: tuple[str, ...]
    review: tuple[str, ...]
    guard: tuple[str, ...]
    asked: tuple[str, ...]
    welcome: tuple[str, ...]
    not_asked: tuple[str, ...]
    interview: tuple[str, ...]
    honest: str


def posting(description: Description) -> Posting:
    """The posting for a role as its description stands."""
    handed = (*description.of(Stage.AUTOMATED), *description.of(Stage.AT_RISK))
    return Posting(
        title=description.title,
        about=description.purpose,
        decide=_lines(description.of(Stage.HUMAN)),
        review=_lines(description.of(Stage.AI_ASSISTED)),
        guard=_lines(handed),
        asked=description.learned[:_MOST],
        welcome=description.asked[:_MOST],
        not_asked=description.left[:_MOST],
        interview=(
            "You get real defects, shortened and made anonymous, and are asked what breaks, when, and what it costs.",
            "You may use any tool that you would use at work. We look at what you ask, doubt and decide.",
            "No puzzles, no recall of frameworks, and you get the proof of every defect afterwards.",
        ),
        honest=_honest(description),
    )


def _lines(duties: tuple[Duty, ...]) -> tuple[str, ...]:
    return tuple(f"{duty.title} ({duty.share:.0%} of the time): {duty.description}" for duty in duties)


def _honest(description: Description) -> str:
    low, high = description.interval
    rests = (
        f"{len(description.runs)} runs of our own services"
        if description.runs
        else "published ratings, not yet our own work"
    )
    return (
        f"We expect tools to do about {description.score:.0f} % of this role's work to our standard today "
        f"(90 % interval {low:.0f} to {high:.0f}, by {rests}), and we tell you when that changes."
    )
