"""The report for a terminal: brief, the proofs first."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crashworthy.core.finding import Finding
from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport
from crashworthy.core.verdict import Outcome
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.rating import score
from crashworthy.reports import screen_timeline
from crashworthy.reports.legible import legible, one_line, plural
from crashworthy.reports.mending import mend_in_short, more_about, spans
from crashworthy.reports.overview import Overview, overview
from crashworthy.reports.story import ATTACK, SETUP, Act, Line, Story, tell
from crashworthy.reports.timeline import crossing, timeline
from crashworthy.weaknesses.catalogue import CATALOGUE

FILE_WIDTH = 110
MOST_FULL_PROOFS = 8
MOST_LISTED = 8
MOST_LINES = 6
MOST_SETUP = 3

_MARGIN = 11
"""Room for the name of an act."""
_ANSWER_SHARE = 0.4
_LONGEST = 600
_SHORT = 160

_VERDICTS = {
    Outcome.BREAKS: "bold white on red",
    Outcome.HOLDS: "bold white on green",
    Outcome.UNKNOWN: "bold black on yellow",
}
_SEVERITIES = {Severity.BLOCKER: "bold red", Severity.MAJOR: "red", Severity.MINOR: "yellow", Severity.INFO: "cyan"}


def render(report: RunReport) -> str:
    """The report as plain text, for a file."""
    console = Console(file=io.StringIO(), width=FILE_WIDTH, color_system=None, highlight=False, legacy_windows=False)
    with console.capture() as capture:
        show(report, console)
    # Rich fills lines up with spaces.
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def show(report: RunReport, console: Console) -> None:
    """Print the report as wide as the console is, in colours when it has them (Rich heeds NO_COLOR)."""
    for part in _parts(overview(legible(report)), console.width):
        console.print(part)


def _parts(view: Overview, width: int) -> Iterable[RenderableType]:
    if view.proven:
        yield Text()
        yield _verdict(view)
    told: set[str] = set()
    for finding in view.proven[:MOST_FULL_PROOFS]:
        yield Text()
        yield from _proven(finding, view, width, new=finding.weakness not in told)
        told.add(finding.weakness)
    yield from _brief("Also proven", view.proven[MOST_FULL_PROOFS:])
    yield from _brief("Proven and accepted", view.accepted)
    yield from _brief("Suspected, not proven", view.suspected)
    yield from _brief("Observed", view.observed)
    yield from _held(view)
    yield from _brief("Unknown", view.unknown)
    yield from _brief("Suspected where no request got", view.unreached)
    yield from _not_tried(view)
    yield from _how(view)
    # The end is what a terminal shows first.
    yield Text()
    yield _verdict(view)
    yield from _reasons(view)


def _verdict(view: Overview) -> RenderableType:
    report = view.report
    counts = Text(" · ".join(view.summary))
    if report.interrupted:
        counts.append(" · interrupted: this is what was known by then", style="yellow")
    table = Table.grid(padding=(0, 2))
    name = Text(one_line(report.service.name, 40), style="bold")
    table.add_row(Text(f" {report.verdict} ", style=_VERDICTS[report.verdict]), name, counts)
    return table


def _reasons(view: Overview) -> Iterable[RenderableType]:
    for reason in _cut(view.report.judgement.reasons, MOST_FULL_PROOFS):
        yield _hanging("  ", reason)
    for missing in _cut(view.report.judgement.missing, MOST_LISTED):
        yield _hanging("  missing  ", missing, style="yellow")


def _proven(finding: Finding, view: Overview, width: int, *, new: bool) -> Iterable[RenderableType]:
    style = _SEVERITIES[finding.severity]
    yield _hanging(f"{finding.id}  ", finding.title, style=style, mark=style)
    facts = [str(finding.severity), finding.weakness]
    if finding.cwe is not None:
        facts.append(f"CWE-{finding.cwe}")
    if finding.cvss is not None:
        facts.append(f"CVSS {score(finding.cvss)}")
    proof = view.proof(finding)
    if proof is not None:
        facts.append(f"shown in {proof.replayed} of {plural(proof.replays, 'fresh replay')}")
    body: list[RenderableType] = []
    where = Text(" · ".join(facts), style="dim")
    if finding.location is not None:
        where.append("  ")
        where.append(str(finding.location), style="bold")
        where.append(f" in {finding.location.symbol}" if finding.location.symbol else "")
    body.append(where)
    more = [name for name in finding.operations if name not in finding.title]
    if more:
        body.append(_hanging("also by  " if len(more) < len(finding.operations) else "by  ", ", ".join(_cut(more, 4))))
    body.append(_expected_and_seen(finding))
    if proof is not None:
        body += _evidence(proof, width - 4)
    weakness = CATALOGUE.get(finding.weakness)
    if weakness is not None and new:
        body.append(_hanging("cost  ", weakness.cost, mark="dim", style="dim"))
    mend = mend_in_short(finding.weakness)
    if mend:
        body.append(_hanging("mend  ", _mend(mend, finding.weakness if new else ""), mark="dim"))
    if proof is not None:
        again = Text.assemble(("again ", "dim"), (view.replay(finding), "bold cyan"))
        # A command that is wrapped cannot be copied.
        again.no_wrap, again.overflow = True, "ignore"
        body.append(again)
    yield Padding(Group(*body), (0, 0, 0, 4))


def _mend(mend: str, weakness: str) -> Text:
    """The instruction, and for the first finding of a weakness the command that says more."""
    text = Text.assemble(*((piece, "bold" if is_code else "") for piece, is_code in spans(mend)))
    return text.append(f"  More: {more_about(weakness)}", style="dim") if weakness else text


def _expected_and_seen(finding: Finding) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    if finding.expected:
        table.add_row("expected", Text(one_line(finding.expected, _LONGEST), style="green"))
    if finding.seen:
        table.add_row("seen", Text(one_line(finding.seen, _LONGEST), style="bold red"))
    if finding.why:
        table.add_row("so", Text(one_line(finding.why, _LONGEST)))
    return table


def _evidence(proof: Proof, width: int) -> Iterable[RenderableType]:
    story = tell(proof)
    yield Text()
    rooms = _rooms(story, width)
    for act in story.acts:
        yield _act(act, rooms)
    yield from _failures(story)
    lanes = timeline(proof.trial)
    picture = screen_timeline.draw(lanes, width, in_turn=_loses_an_answer(proof))
    if picture is not None:
        yield Text()
        yield picture
        crossed = crossing(lanes)
        if crossed:
            yield Text(crossed, style="bold")
    yield Text()


def _loses_an_answer(proof: Proof) -> bool:
    return any(fault.kind == "lost" for fault in proof.scenario.faults)


def _act(act: Act, rooms: tuple[int, int]) -> RenderableType:
    """One act; `rooms` are the widths for what was sent and what came back."""
    shown = _shown(act)
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True, width=_MARGIN - 1)
    table.add_column(no_wrap=True, justify="right", style="dim", min_width=1)
    for room in rooms:
        table.add_column(no_wrap=True, overflow="ellipsis", width=room)
    for index, line in enumerate(shown):
        sent = Text(_sent(line, rooms[0]))
        answer = Text(line.answer_text(rooms[1]), style="bold red" if line.failed else "")
        table.add_row(act.name if index == 0 else "", str(line.number), sent, answer)
    if len(act.lines) > len(shown):
        table.add_row("", "", Text(f"… and {len(act.lines) - len(shown)} more", style="dim"))
    if act.intro and act.part == ATTACK:
        return Group(table, _hanging(" " * _MARGIN, act.intro, style="italic dim"))
    return table


def _rooms(story: Story, width: int) -> tuple[int, int]:
    """Widths for requests and answers, the same for all acts: answers stand close to what they answer."""
    lines = [line for act in story.acts for line in _shown(act)]
    room = max(width - _MARGIN - 4, 20)
    sent = max((len(_sent(line, room)) for line in lines), default=0)
    answer = max((len(line.answer_text(room)) for line in lines), default=0)
    answer = min(answer, max(int(room * _ANSWER_SHARE), room - sent))
    return max(min(sent + 1, room - answer), 8), max(answer, 8)


def _shown(act: Act) -> tuple[Line, ...]:
    return act.lines[: MOST_SETUP if act.part == SETUP else MOST_LINES]


def _sent(line: Line, room: int) -> str:
    sent = line.request_text(room)
    return sent if line.actor == "A" else f"{sent}  as {one_line(line.actor, 20)}"


def _failures(story: Story) -> Iterable[RenderableType]:
    for failure in story.failures[:2]:
        which = f" in {failure.number}" if failure.number is not None else ""
        yield _hanging("raised     ", f"{failure.kind}: {failure.message}{which}", mark="dim", style="red")
        for frame in failure.frames[-3:]:
            yield Text(f"           {frame}", style="dim")
    if story.crashed:
        yield _hanging("died       ", "the service's process ended", mark="dim", style="bold red")
        for output in story.output.splitlines()[-3:]:
            yield Text(" " * _MARGIN + one_line(output, 160), style="dim")


def _brief(heading: str, findings: Sequence[Finding]) -> Iterable[RenderableType]:
    if not findings:
        return
    yield Text()
    yield Text(f"{heading} ({len(findings)})", style="bold")
    for finding in findings[:MOST_LISTED]:
        place = str(finding.location) if finding.location else ", ".join(_cut(finding.operations, 2))
        line = Text(one_line(finding.title, _LONGEST))
        if place and place not in finding.title:
            line.append(f"  {place}", style="cyan")
        notes = [finding.accepted or finding.why]
        if finding.trials:
            notes.append(plural(finding.trials, "trial"))
        line.append("  " + one_line("; ".join(filter(None, notes)), _LONGEST), style="dim")
        yield _hanging(f"  {finding.id:<4}", line, mark="dim")
    if len(findings) > MOST_LISTED:
        yield _rest(len(findings) - MOST_LISTED)


def _held(view: Overview) -> Iterable[RenderableType]:
    """One line per weakness: who reads what held wants to know how far the trying went."""
    if not view.held:
        return
    yield Text()
    yield Text(f"Held ({len(view.held)})", style="bold")
    for weakness in dict.fromkeys(finding.weakness for finding in view.held):
        findings = [finding for finding in view.held if finding.weakness == weakness]
        names = list(dict.fromkeys(name for finding in findings for name in finding.operations))
        trials = plural(sum(finding.trials for finding in findings), "trial")
        where = f"  on {', '.join(_cut(names, 4))}" if names else ""
        yield _hanging("  ", Text.assemble(one_line(weakness, 80), (f"  {trials}{where}", "dim")))


def _not_tried(view: Overview) -> Iterable[RenderableType]:
    gaps = [(item.operation, item.why or "no request got a 2xx") for item in view.missed]
    gaps += [(item.what, item.why) for item in view.report.not_tried]
    if not gaps:
        return
    yield Text()
    yield Text(f"Not reached or not tried ({len(gaps)})", style="bold")
    for what, why in gaps[:MOST_LISTED]:
        yield _hanging("  ", Text.assemble(one_line(what, _SHORT), (f"  {one_line(why, _SHORT)}", "dim")))
    if len(gaps) > MOST_LISTED:
        yield _rest(len(gaps) - MOST_LISTED)


def _how(view: Overview) -> Iterable[RenderableType]:
    report = view.report
    service = report.service
    yield Text()
    facts = [f"run {report.run}", f"seed {report.seed}", f"{report.duration_s:.0f} s of {report.budget_s:.0f} s"]
    facts.append(service.framework or "")
    facts.append("contained" if service.contained else "not contained")
    yield Text(one_line(" · ".join(filter(None, facts)), _LONGEST), style="dim")
    notes = [*service.notes, *report.notes]
    for note in _cut(notes, MOST_LISTED):
        yield _hanging("  ", note, style="dim")
    yield Text.assemble(("all of it: ", "dim"), (_whole(view), "cyan"))


def _rest(number: int) -> Text:
    return Text(f"  … and {number} more", style="dim")


def _whole(view: Overview) -> str:
    return f"crashworthy show {view.report.run} -o report.html"


def _cut(texts: Sequence[str], most: int) -> list[str]:
    if len(texts) <= most:
        return list(texts)
    return [*texts[:most], f"and {len(texts) - most} more"]


def _hanging(mark_text: str, text: str | Text, *, style: str = "", mark: str = "") -> RenderableType:
    """A paragraph whose later lines begin under the first one's text."""
    table = Table.grid()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    if isinstance(text, str):
        text = Text(one_line(text, _LONGEST), style=style)
    table.add_row(Text(mark_text, style=mark), text)
    return table
