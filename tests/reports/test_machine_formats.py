"""SARIF, JUnit and JSON against their schemas, and what the tools that read them rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft4Validator, Draft202012Validator

from crashworthy.core.location import Location
from crashworthy.core.report import RunReport
from crashworthy.core.verdict import Outcome, Verdict
from crashworthy.reports import json as json_report
from crashworthy.reports import junit, sarif
from reports.sample import clean, crowded, sample, undecided
from reports.strategies import reports

DATA = Path(__file__).parent / "data"
KINDS = (sample, clean, undecided, crowded)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@cache
def sarif_schema() -> Draft4Validator:
    return Draft4Validator(json.loads((DATA / "sarif-2.1.0-rtm.5.json").read_text()))


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(DATA / "junit-10.xsd")


@cache
def report_schema() -> Draft202012Validator:
    return Draft202012Validator(RunReport.model_json_schema(mode="serialization"))


def sarif_run(report: RunReport) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(sarif.render(report))["runs"][0]
    return run


@pytest.mark.parametrize("make", KINDS)
def test_reports_follow_their_schemas(make: Callable[[], RunReport]) -> None:
    report = make()
    sarif_schema().validate(json.loads(sarif.render(report)))
    junit_schema().validate(junit.render(report))
    report_schema().validate(json.loads(json_report.render(report)))


@few
@given(reports)
def test_hostile_reports_follow_their_schemas(report: RunReport) -> None:
    sarif_schema().validate(json.loads(sarif.render(report)))
    junit_schema().validate(junit.render(report))
    report_schema().validate(json.loads(json_report.render(report)))


def test_json_has_what_the_documentation_promises() -> None:
    report = json.loads(json_report.render(sample()))
    assert report["version"] == "1.0"
    assert {"verdict", "seed", "duration_s", "operations", "findings", "not_tried"} <= report.keys()
    assert report["operations"][0].items() >= {"operation": "POST /items/{item_id}/reserve", "reached": True}.items()
    finding = report["findings"][0]
    assert finding["location"] == {"file": "app.py", "line": 66, "symbol": "reserve"}
    assert (finding["cwe"], finding["status"], finding["severity"]) == (362, "proven", "blocker")


def test_json_loses_nothing() -> None:
    assert RunReport.model_validate_json(json_report.render(sample())) == sample()


def test_sarif_levels_and_suppressions() -> None:
    results = {result["properties"]["id"]: result for result in sarif_run(sample())["results"]}
    assert {id_: result["level"] for id_, result in results.items()} == {
        "P1": "error",
        "P2": "error",
        "P3": "warning",
        "P4": "warning",
        "S1": "note",
        "R1": "note",
    }
    assert [id_ for id_, result in results.items() if "suppressions" in result] == ["P4"]


def test_sarif_fingerprints_do_not_see_lines() -> None:
    before = sample()
    moved = before.findings[0].model_copy(update={"location": Location(file="app.py", line=80, symbol="reserve")})
    after = before.model_copy(update={"findings": (moved, *before.findings[1:])})
    first, second = (sarif_run(report)["results"][0] for report in (before, after))
    assert first["locations"] != second["locations"]
    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_sarif_flow_shows_both_requests_and_their_order() -> None:
    flow = sarif_run(sample())["results"][0]["codeFlows"][0]
    threads = {thread["id"]: thread["locations"] for thread in flow["threadFlows"]}
    assert list(threads) == ["before and after", "request 3", "request 4"]
    orders = [step["executionOrder"] for steps in threads.values() for step in steps]
    assert sorted(orders) == list(range(1, len(orders) + 1))
    writes = [
        step["location"]["physicalLocation"]["region"]["startLine"]
        for step in threads["request 3"]
        if "write" in step["location"]["message"]["text"]
    ]
    assert writes == [66]


def test_sarif_tells_what_was_not_tried() -> None:
    invocation = sarif_run(sample())["invocations"][0]
    told = [notification["message"]["text"] for notification in invocation["toolExecutionNotifications"]]
    assert "not tried: slow-dependency on POST /refunds: the budget of 120 s was used up" in told
    assert any(text.startswith("unknown: ") for text in told)
    assert invocation["startTimeUtc"] == "2026-11-20T05:34:02Z"


def test_sarif_places_a_finding_without_a_line_at_its_handler() -> None:
    report = sample()
    lost = report.findings[0].model_copy(update={"location": None})
    run = sarif_run(report.model_copy(update={"findings": (lost,)}))
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 58}


def states(report: RunReport) -> dict[str, str]:
    root = ET.fromstring(junit.render(report).encode())
    return {
        case.attrib["name"]: next(
            (tag for tag in ("failure", "error", "skipped") if case.find(tag) is not None), "passed"
        )
        for case in root.iter("testcase")
    }


def test_junit_fails_for_proofs_only() -> None:
    found = states(sample())
    failing = [name for name, state in found.items() if state == "failure"]
    assert [name.split(" ")[-1] for name in failing] == ["changes", "more", "missing"]
    assert "error" not in found.values()
    assert [name for name, state in found.items() if state == "passed" and name.startswith("POST /items:")]


def test_junit_is_red_exactly_when_the_run_fails() -> None:
    holds = sample().model_copy(
        update={"verdict": Outcome.HOLDS, "judgement": Verdict(outcome=Outcome.HOLDS, exit_code=0)}
    )
    assert not {"failure", "error"} & set(states(holds).values())
    assert states(undecided())["verdict"] == "error"
    allowed = undecided().judgement.model_copy(update={"exit_code": 0})
    assert states(undecided().model_copy(update={"judgement": allowed}))["verdict"] == "skipped"
