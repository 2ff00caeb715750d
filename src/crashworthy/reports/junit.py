"""The report as JUnit XML, by the schema that Jenkins' xUnit plugin publishes.

A suite per weakness and a test case per finding. CI systems turn red on failures and errors, so these follow the
verdict: a proof is a failure when the verdict is BREAKS; below `--fail-on`, or accepted, it is skipped and says why.
What is suspected, unknown or unreached is skipped: only proof breaks a build. What held has passed. When the verdict
is UNKNOWN and that is not allowed, the case `verdict` is an error, because the run could not tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as ET

from crashworthy.core.finding import Finding, Status
from crashworthy.core.report import RunReport
from crashworthy.core.verdict import Outcome
from crashworthy.reports.legible import legible, plural
from crashworthy.reports.overview import Overview, overview
from crashworthy.reports.story import tell
from crashworthy.weaknesses.catalogue import CATALOGUE

_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}
_SKIPPED = {
    Status.SUSPECTED: "suspected, not proven",
    Status.UNKNOWN: "unknown",
    Status.UNREACHED: "unreached",
    Status.OBSERVED: "observed",
}


def render(report: RunReport) -> str:
    """The whole document."""
    view = overview(legible(report))
    report = view.report
    suites = ET.Element("testsuites", name=f"crashworthy {report.service.name}")
    seconds = {item.history: item.seconds for item in report.experiments if item.history}
    for weakness in dict.fromkeys(finding.weakness for finding in report.findings):
        cases = [_case(finding, view, seconds) for finding in report.findings if finding.weakness == weakness]
        known = CATALOGUE.get(weakness)
        _suite(suites, f"{weakness}: {known.title}" if known else weakness, cases, report)
    _suite(suites, "run", [_verdict(view), *_untried(view)], report)
    for kind in ("tests", "failures", "errors"):
        suites.set(kind, str(sum(int(suite.get(kind, "0")) for suite in suites)))
    suites.set("time", _time(report.duration_s))
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _suite(parent: ET.Element, name: str, cases: list[ET.Element], report: RunReport) -> None:
    suite = ET.SubElement(parent, "testsuite", name=name, tests=str(len(cases)))
    for tag, attribute in _COUNTED.items():
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", _time(sum(float(case.get("time", "0")) for case in cases)))
    began = _began(report.started_at)
    if began:
        suite.set("timestamp", began)
    properties = ET.SubElement(suite, "properties")
    for key, value in (("run", report.run), ("seed", str(report.seed)), ("verdict", report.verdict.value)):
        ET.SubElement(properties, "property", name=key, value=value)
    suite.extend(cases)


def _case(finding: Finding, view: Overview, seconds: dict[str, float]) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=f"crashworthy.{finding.weakness}",
        name=f"{finding.id} {finding.title}"
        if finding.operation in (None, "")
        else f"{finding.operation}: {finding.title}",
        time=_time(seconds.get(finding.history or "", 0.0)),
    )
    if finding.status is Status.PROVEN:
        _proven(case, finding, view)
    elif finding.status is Status.HELD:
        ET.SubElement(case, "system-out").text = f"held: {finding.why} ({plural(finding.trials, 'trial')})"
    else:
        why = f"{_SKIPPED[finding.status]}: {finding.why}" if finding.why else _SKIPPED[finding.status]
        ET.SubElement(case, "skipped", message=why)
        if finding.location is not None:
            ET.SubElement(case, "system-out").text = str(finding.location)
    return case


def _proven(case: ET.Element, finding: Finding, view: Overview) -> None:
    if finding.accepted is not None:
        ET.SubElement(case, "skipped", message=f"proven, and accepted: {finding.accepted}")
    elif view.report.verdict is Outcome.BREAKS:
        failure = ET.SubElement(case, "failure", type=f"{finding.severity}", message=finding.title)
        failure.text = _details(finding, view)
        return
    else:
        ET.SubElement(case, "skipped", message=f"proven, but {finding.severity} does not break by --fail-on")
    ET.SubElement(case, "system-out").text = _details(finding, view)


def _details(finding: Finding, view: Overview) -> str:
    lines = [finding.title, ""]
    if finding.location is not None:
        lines.append(f"at {finding.location}" + (f" in {finding.location.symbol}" if finding.location.symbol else ""))
    lines += [f"expected: {finding.expected}", f"seen:     {finding.seen}"]
    proof = view.proof(finding)
    if proof is not None:
        story = tell(proof)
        lines.append("")
        for act in story.acts:
            lines.append(f"{act.name}: {act.intro}" if act.intro else f"{act.name}:")
            lines += [f"  {line.number}. {line.request_text()}  →  {line.answer_text()}" for line in act.lines]
        for failure in story.failures[:3]:
            lines += [f"raised {failure.kind}: {failure.message}", *(f"  {frame}" for frame in failure.frames)]
        lines += ["", f"replay: {view.replay(finding)}"]
    return "\n".join(lines)


def _verdict(view: Overview) -> ET.Element:
    """The verdict as a case; when it is BREAKS the failures have told it already."""
    judgement = view.report.judgement
    case = ET.Element("testcase", classname="crashworthy.run", name="verdict", time="0.000")
    text = "\n".join([*judgement.reasons, *(f"missing: {missing}" for missing in judgement.missing)])
    if judgement.outcome is Outcome.UNKNOWN:
        tag = "error" if judgement.exit_code else "skipped"
        ET.SubElement(case, tag, message="the verdict is UNKNOWN").text = text
    else:
        ET.SubElement(case, "system-out").text = f"{judgement.outcome}\n{text}"
    return case


def _untried(view: Overview) -> Iterable[ET.Element]:
    gaps = [(f"reach {item.operation}", item.why or "no request got a 2xx") for item in view.missed]
    gaps += [(item.what, item.why) for item in view.report.not_tried]
    for what, why in gaps:
        case = ET.Element("testcase", classname="crashworthy.run", name=what, time="0.000")
        ET.SubElement(case, "skipped", message=why)
        yield case


def _time(seconds: float) -> str:
    return f"{max(seconds, 0.0):.3f}"


def _began(moment: str) -> str | None:
    """Local date and time without a zone, as the schema wants it."""
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=None, microsecond=0).isoformat()
    except ValueError:
        return None
