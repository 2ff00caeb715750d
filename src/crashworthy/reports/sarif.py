"""The report as SARIF 2.1.0, for code scanning and editors.

A result is what somebody has to act on: proven (error, or warning below major), suspected, unreached and observed
(note). What held and what is unknown would show as alerts in code scanning, so it is told as notifications instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from crashworthy import __version__
from crashworthy.audit.pages import guide
from crashworthy.core.finding import Finding, Status
from crashworthy.core.location import Location
from crashworthy.core.report import RunReport
from crashworthy.core.weakness import Severity, Weakness
from crashworthy.reports.legible import legible
from crashworthy.reports.mending import more_about
from crashworthy.reports.overview import Overview, overview
from crashworthy.reports.sarif_flows import code_flows, related_locations
from crashworthy.weaknesses.catalogue import CATALOGUE

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
_FINGERPRINT = "crashworthyFault/v1"
_RESULTS = frozenset({Status.PROVEN, Status.SUSPECTED, Status.UNREACHED, Status.OBSERVED})

Sarif = dict[str, Any]


def render(report: RunReport) -> str:
    """The SARIF log with one run."""
    view = overview(legible(report))
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(view)]}
    return json.dumps(log, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def physical(location: Location) -> Sarif:
    """A place in the source, relative to the service's folder."""
    uri = quote(PurePosixPath(location.file).as_posix())
    found: Sarif = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": ROOT},
            "region": {"startLine": location.line},
        }
    }
    if location.symbol:
        found["logicalLocations"] = [{"fullyQualifiedName": location.symbol, "kind": "function"}]
    return found


def _run(view: Overview) -> Sarif:
    report = view.report
    findings = [finding for finding in report.findings if finding.status in _RESULTS]
    rules = list(dict.fromkeys(finding.weakness for finding in findings))
    run: Sarif = {
        "tool": {
            "driver": {
                "name": "crashworthy",
                "semanticVersion": __version__,
                "rules": [_rule(weakness, findings) for weakness in rules],
            }
        },
        "automationDetails": {"id": f"crashworthy/{report.service.name}/{report.run}"},
        "invocations": [_invocation(view)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules.index(finding.weakness), view) for finding in findings],
        "properties": {
            "verdict": report.verdict.value,
            "reasons": list(report.judgement.reasons),
            "missing": list(report.judgement.missing),
            "operationsReached": len(view.reached),
            "operations": len(report.operations),
        },
    }
    root = _root_uri(report.service.path)
    if root:
        run["originalUriBaseIds"] = {ROOT: {"uri": root, "description": {"text": "The service's folder."}}}
    return run


def _rule(weakness_id: str, findings: Sequence[Finding]) -> Sarif:
    weakness = CATALOGUE.get(weakness_id)
    if weakness is None:
        title = next(finding.title for finding in findings if finding.weakness == weakness_id)
        return {"id": weakness_id, "shortDescription": {"text": title or weakness_id}}
    tags = [weakness.family.value, "reliability"]
    pointed_at = [reference.url for reference in weakness.references]
    rule: Sarif = {
        "id": weakness.id,
        "name": "".join(word.capitalize() for word in weakness.id.split("-")),
        "shortDescription": {"text": weakness.title},
        "fullDescription": {"text": f"{weakness.title}. {weakness.cost}"},
        "defaultConfiguration": {"level": _level(Status.PROVEN, weakness.severity)},
    }
    if weakness.cwe is not None:
        tags.append(f"external/cwe/cwe-{weakness.cwe}")
        pointed_at.insert(0, f"https://cwe.mitre.org/data/definitions/{weakness.cwe}.html")
    if pointed_at:
        rule["helpUri"] = pointed_at[0]
    rule["help"] = _help(weakness)
    rule["properties"] = {"tags": tags, "precision": "very-high", "problem.severity": _problem(weakness.severity)}
    return rule


def _help(weakness: Weakness) -> Sarif:
    """What code scanning shows beside an alert: the part of the catalogue's page on proof and mending."""
    said = f"In production: {weakness.cost}"
    more = f"`{more_about(weakness.id)}` prints the whole page."
    link = (
        f"[CWE-{weakness.cwe}](https://cwe.mitre.org/data/definitions/{weakness.cwe}.html)\n\n" if weakness.cwe else ""
    )
    return {
        "text": f"{weakness.title}.\n\n{said}\n\nTo mend it: {weakness.mend}\n\n{more}".replace("`", ""),
        "markdown": f"**{weakness.title}.**\n\n{said}\n\n{link}{guide(weakness)}\n{more}",
    }


def _result(finding: Finding, rule: int, view: Overview) -> Sarif:
    result: Sarif = {
        "ruleId": finding.weakness,
        "ruleIndex": rule,
        "level": _level(finding.status, finding.severity),
        "message": {"text": _message(finding, view)},
        "locations": _locations(finding, view.report),
        "properties": {
            "id": finding.id,
            "status": finding.status.value,
            "severity": finding.severity.value,
            "operations": list(finding.operations),
            "trials": finding.trials,
        },
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {_FINGERPRINT: finding.fingerprint}
    if finding.accepted is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.accepted}]
    proof = view.proof(finding)
    if proof is not None:
        handlers = {each.operation: each.handler for each in view.report.operations if each.handler is not None}
        result["codeFlows"] = code_flows(proof, handlers, physical)
        related = related_locations(proof, finding.location, physical)
        if related:
            result["relatedLocations"] = related
    return {key: value for key, value in result.items() if value not in ([], None)}


def _message(finding: Finding, view: Overview) -> str:
    sentences = [finding.title or finding.weakness]
    if finding.expected:
        sentences.append(f"Expected: {finding.expected}")
    if finding.seen:
        sentences.append(f"Seen: {finding.seen}")
    if finding.why and finding.status is not Status.PROVEN:
        sentences.append(finding.why)
    if finding.proof is not None:
        sentences.append(f"Replay: {view.replay(finding)}")
    return ".\n".join(sentences)


def _locations(finding: Finding, report: RunReport) -> list[Sarif]:
    """The line at fault; where it is not known the handler's; the operation by name in any case."""
    names = [{"name": name, "kind": "resource"} for name in list(dict.fromkeys(finding.operations))[:10]]
    place = finding.location
    if place is None:
        handlers = {each.operation: each.handler for each in report.operations}
        place = next((handlers[name] for name in finding.operations if handlers.get(name)), None)
    if place is None:
        return [{"logicalLocations": names}] if names else []
    location = physical(place)
    if names:
        location["logicalLocations"] = [*location.get("logicalLocations", []), *names]
    return [location]


def _invocation(view: Overview) -> Sarif:
    report = view.report
    invocation: Sarif = {
        "executionSuccessful": not report.interrupted,
        "exitCode": report.judgement.exit_code,
        "toolExecutionNotifications": [
            {"level": level, "message": {"text": text}} for level, text in _notifications(view)
        ],
        "properties": {
            "run": report.run,
            "seed": report.seed,
            "budgetSeconds": report.budget_s,
            "durationSeconds": report.duration_s,
            "framework": report.service.framework,
            "contained": report.service.contained,
        },
    }
    began = _utc(report.started_at)
    if began:
        invocation["startTimeUtc"] = began
    return invocation


def _notifications(view: Overview) -> Iterable[tuple[str, str]]:
    for finding in view.unknown:
        yield "warning", f"unknown: {finding.title}: {finding.why}"
    for operation in view.missed:
        yield "warning", f"not reached: {operation.operation}: {operation.why or 'no request got a 2xx'}"
    for item in view.report.not_tried:
        yield "warning", f"not tried: {item.what}: {item.why}"
    for finding in view.held:
        yield "note", f"held: {finding.title}: {finding.why}"


def _level(status: Status, severity: Severity) -> str:
    if status is not Status.PROVEN:
        return "note"
    return "error" if severity.at_least(Severity.MAJOR) else "warning"


def _problem(severity: Severity) -> str:
    return {Severity.INFO: "recommendation", Severity.MINOR: "warning"}.get(severity, "error")


def _root_uri(path: str) -> str | None:
    return f"file://{quote(path.rstrip('/'))}/" if path.startswith("/") else None


def _utc(moment: str) -> str | None:
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return re.sub(r"\+00:00$", "Z", parsed.isoformat()) if parsed.tzinfo else f"{parsed.isoformat()}Z"
