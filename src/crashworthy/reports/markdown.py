"""The report as Markdown for a pull-request comment: short, details folded.

Whatever the service or its source wrote is escaped: no formatting, no HTML, no mention, no link comes out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crashworthy.core.finding import Finding
from crashworthy.core.report import RunReport
from crashworthy.core.verdict import Outcome
from crashworthy.reports.legible import legible, one_line, plural
from crashworthy.reports.mending import mend_in_short, more_about
from crashworthy.reports.overview import Overview, overview
from crashworthy.reports.story import tell
from crashworthy.reports.timeline import crossing, timeline

LONGEST = 60_000
"""GitHub takes 65,536 characters; some hosts count the page they make of it."""

MOST_ROWS = 20
MOST_LISTED = 15
_TEXT = 400

_SIGNS = {Outcome.BREAKS: "🔴", Outcome.HOLDS: "🟢", Outcome.UNKNOWN: "🟡"}
_MARKUP = re.compile(r"[\\`*_\[\]#!|<>&~$@]|:(?=//)|(?<=www)\.|^[-+=:]", re.IGNORECASE)


def render(report: RunReport) -> str:
    """The comment; never longer than LONGEST."""
    view = overview(legible(report))
    budget = LONGEST
    chosen: list[str] = []
    left_out = 0
    for part in _parts(view):
        if len(part) <= budget:
            chosen.append(part)
            budget -= len(part) + 2
        else:
            left_out += 1
    if left_out:
        chosen.append(f"_{plural(left_out, 'section')} did not fit; the whole report: {_show(view)}_")
    return "\n\n".join(chosen) + "\n"


def escaped(text: str, limit: int = _TEXT) -> str:
    """Foreign text for a line of Markdown, also inside a table or HTML: it shows as it is and does nothing."""

    def entity(match: re.Match[str]) -> str:
        # Mentions and references are found in the rendered text: a comment in the middle stops that.
        stop = "<!-- -->" if match[0] in "@#" else ""
        return f"&#{ord(match[0])};{stop}"

    return _MARKUP.sub(entity, one_line(text, limit))


def code(text: str, limit: int = 120) -> str:
    """Foreign text as code inside a line."""
    return f"<code>{escaped(text, limit)}</code>"


def fenced(lines: Iterable[str]) -> str:
    """Lines as a block of code, whose fence is longer than any in it."""
    text = "\n".join(lines)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _parts(view: Overview) -> Iterable[str]:
    report = view.report
    yield f"### {_SIGNS[report.verdict]} crashworthy: {report.verdict} · {escaped(report.service.name, 80)}"
    yield " · ".join(view.summary) + (" · interrupted" if report.interrupted else "")
    if view.proven:
        yield _table(view.proven, view)
    elif report.judgement.reasons:
        yield _bullets(report.judgement.reasons)
    if report.judgement.missing:
        yield "Missing for a verdict:\n\n" + _bullets(report.judgement.missing)
    for finding in view.proven[:MOST_ROWS]:
        yield _proven(finding, view)
    yield from _folded("Accepted", view.accepted)
    yield from _folded("Suspected, not shown", view.suspected)
    yield from _folded("Unknown", view.unknown)
    yield from _folded("Held", view.held)
    yield from _folded("Observed", view.observed)
    yield from _folded("Suspected where no request got", view.unreached)
    gaps = [(item.operation, item.why or "no request got a 2xx") for item in view.missed]
    gaps += [(item.what, item.why) for item in report.not_tried]
    if gaps:
        lines = [f"- {code(what)} {escaped(why)}" for what, why in gaps]
        yield _details(f"Not reached or not tried ({len(gaps)})", "\n".join(_some(lines)))
    yield f"<sub>run {code(report.run)} · seed {report.seed} · {report.duration_s:.0f} s</sub>"


def _table(findings: Sequence[Finding], view: Overview) -> str:
    rows = ["| | Proven | Severity | Where |", "| --- | --- | --- | --- |"]
    for finding in findings[:MOST_ROWS]:
        where = code(str(finding.location)) if finding.location else ""
        rows.append(f"| {escaped(finding.id)} | {escaped(finding.title, 200)} | {finding.severity} | {where} |")
    if len(findings) > MOST_ROWS:
        rows.append(f"| | and {len(findings) - MOST_ROWS} more: {_show(view)} | | |")
    return "\n".join(rows)


def _proven(finding: Finding, view: Overview) -> str:
    body = [f"**Expected** {escaped(finding.expected)}  ", f"**Seen** {escaped(finding.seen)}"]
    mend = mend_in_short(finding.weakness)
    if mend:  # the catalogue's own Markdown, nothing of the service's
        body = [*body[:-1], f"{body[-1]}  ", f"**To mend it** {mend} More: `{more_about(finding.weakness)}`"]
    proof = view.proof(finding)
    if proof is not None:
        lines = []
        story = tell(proof)
        for act in story.acts:
            lines.append(f"{act.name}: {act.intro}" if act.intro else f"{act.name}:")
            lines += [f"  {line.number}. {line.request_text()}  →  {line.answer_text()}" for line in act.lines[:8]]
            if len(act.lines) > 8:
                lines.append(f"  … and {len(act.lines) - 8} more")
        for failure in story.failures[:1]:
            lines += [f"raised {failure.kind}: {failure.message}", *(f"  {frame}" for frame in failure.frames[-3:])]
        crossed = crossing(timeline(proof.trial))
        body += [
            "",
            fenced(lines),
            *([crossed] if crossed else []),
            "",
            f"Replay: <code>{escaped(view.replay(finding))}</code>",
        ]
    return _details(f"<b>{escaped(finding.id)}</b> {escaped(finding.title, 200)}", "\n".join(body))


def _folded(heading: str, findings: Sequence[Finding]) -> Iterable[str]:
    if findings:
        lines = []
        for finding in findings:
            where = code(str(finding.location)) if finding.location else code(", ".join(finding.operations[:2]))
            lines.append(f"- {escaped(finding.title, 200)} {where} {escaped(finding.accepted or finding.why)}")
        yield _details(f"{heading} ({len(findings)})", "\n".join(_some(lines)))


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _bullets(texts: Sequence[str]) -> str:
    return "\n".join(_some([f"- {escaped(text)}" for text in texts]))


def _some(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LISTED:
        return lines
    return [*lines[:MOST_LISTED], f"- and {len(lines) - MOST_LISTED} more"]


def _show(view: Overview) -> str:
    return f"<code>crashworthy show {escaped(view.report.run)} -o report.html</code>"
