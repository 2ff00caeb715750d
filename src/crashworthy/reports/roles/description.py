"""Job descriptions, their comparison, and postings as sheets."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Bullets, Heading, Part, Sheet, Table, Text, between, share
from crashworthy.roles.documents.description import Description, DescriptionDiff, Duty
from crashworthy.roles.documents.posting import Posting
from crashworthy.roles.model import Stage

_HEADINGS = {
    Stage.HUMAN: "You decide and do",
    Stage.AI_ASSISTED: "A tool drafts, you decide and mend",
    Stage.AT_RISK: "You still do, and the evidence says a tool could",
    Stage.AUTOMATED: "Handed over; you guard the gate",
}


def lay_out(content: Description) -> Sheet:
    """A description."""
    return Sheet(content.title, f"As of {content.at:%Y-%m-%d}", tuple(_parts(content)))


def lay_out_diff(content: DescriptionDiff) -> Sheet:
    """What changed between two versions."""
    title = f"{content.title}: what changed since {content.before:%Y-%m-%d} (version {content.version})"
    was, now = content.score
    parts: list[Part] = [Text(f"AI Impact Score {was:.0f}, now {now:.0f}.")]
    if content.changes:
        rows = tuple((each.what, each.why, ", ".join(each.runs)) for each in content.changes)
        parts.append(Table(("what", "because of", "runs"), rows))
    else:
        parts.append(Text("Nothing that is worth telling."))
    return Sheet(title, "", tuple(parts))


def lay_out_posting(content: Posting) -> Sheet:
    """A posting."""
    return Sheet(content.title, content.about, tuple(_posting(content)))


def _parts(content: Description) -> Iterator[Part]:
    yield Text(content.purpose)
    for stage, heading in _HEADINGS.items():
        duties = content.of(stage)
        if duties:
            yield Heading(f"{heading} ({sum(duty.share for duty in duties):.0%} of the time)")
            yield Bullets(tuple(_line(duty) for duty in duties))
    yield Heading("What it takes")
    yield Bullets(
        (
            f"More and more: {', '.join(content.learned)}.",
            f"As ever: {', '.join(content.asked)}.",
            f"Less and less: {', '.join(content.left)}." if content.left else "Nothing of it is on the decline.",
        )
    )
    yield Heading("What this rests on")
    rests = (
        f"{len(content.runs)} run{'s' * (len(content.runs) != 1)} of the ledger"
        if content.runs
        else "published ratings alone: the ledger is empty"
    )
    yield Text(
        f"AI Impact Score {content.score:.0f} of 100 (90 % interval {between(*content.interval)}), by {rests}. "
        "`role jd --save` keeps this version; `role jd --diff` says what changed and why."
    )


def _line(duty: Duty) -> str:
    seen = f"; {duty.held} of {duty.seen} AI-written changes held" if duty.seen else ""
    return f"{duty.title} ({share(duty.share)}{seen}): {duty.description}"


def _posting(content: Posting) -> Iterator[Part]:
    for heading, lines in (
        ("What you will decide and do", content.decide),
        ("What tools draft and you answer for", content.review),
        ("What is handed over, and you guard", content.guard),
        ("What we look for", content.asked),
        ("What helps", content.welcome),
        ("What we do not ask", content.not_asked),
        ("How we find out", content.interview),
    ):
        if lines:
            yield Heading(heading)
            yield Bullets(lines)
    yield Text(content.honest, note=True)
