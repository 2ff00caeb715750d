"""Incidents are read as the usual tools export them, and matched with the run that let them through."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.errors import CrashworthyError
from crashworthy.ledger.incidents import Incident, read_incidents
from roles.ledgers import History

PAGERDUTY = """id,incident_number,description,service_name,created_on
Q1,17,Two customers got the last seat,shop,2026-11-05 10:00:00 UTC
"""
JIRA = {
    "issues": [
        {
            "key": "OPS-4",
            "fields": {
                "summary": "Two customers got the last seat",
                "created": "2026-11-05T10:00:00.000+0000",
                "components": [{"name": "shop"}],
                "labels": ["weakness:lost-update", "later"],
            },
        }
    ]
}
GITHUB = [
    {
        "number": 12,
        "title": "Two customers got the last seat",
        "createdAt": "2026-11-05T10:00:00Z",
        "labels": [{"name": "commit:c1"}, {"name": "task:database-queries"}],
    }
]


def read(folder: Path, text: str) -> list[Incident]:
    file = folder / "incidents"
    file.write_text(text, encoding="utf-8")
    return read_incidents(file)


@pytest.mark.parametrize("text", [PAGERDUTY, json.dumps(JIRA), json.dumps(GITHUB)], ids=["pagerduty", "jira", "github"])
def test_exports_of_usual_tools(tmp_path: Path, text: str) -> None:
    (incident,) = read(tmp_path, text)
    assert incident.title == "Two customers got the last seat"
    assert incident.at == datetime(2026, 11, 5, 10, tzinfo=UTC)
    assert incident.service == "shop" or incident.commit == "c1"


def test_labels_say_what_the_tool_has_no_field_for(tmp_path: Path) -> None:
    (jira,) = read(tmp_path, json.dumps(JIRA))
    (github,) = read(tmp_path, json.dumps(GITHUB))
    assert (jira.weakness, github.task, github.commit) == ("lost-update", "database-queries", "c1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,title\n1,x\n", "incident 1 has no at"),
        ("id,title,at\n1,x,yesterday\n", "'yesterday' is no time"),
        ('[{"id": 1}', "neither JSON nor CSV"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CrashworthyError, match=told):
        read(tmp_path, text)


@given(st.text())
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    with contextlib.suppress(CrashworthyError):
        read(tmp_path_factory.mktemp("any"), text)


def incident(**more: str) -> Incident:
    return Incident.model_validate({"id": "I1", "at": "2026-11-20T12:00:00Z", "title": "It broke", **more})


def test_it_is_matched_by_run_by_commit_and_by_service_with_time(tmp_path: Path) -> None:
    history = History(tmp_path)
    first, second = history.run("c1"), history.run("c2")
    other = history.run("c3", service="wallet")
    escaped = history.ledger.escaped
    assert escaped(incident(id="I1", run=first[:7])) == first
    assert escaped(incident(id="I2", commit="c1")) == first
    assert escaped(incident(id="I3", service="shop")) == second
    assert escaped(incident(id="I4", service="Wallet")) == other
    assert escaped(incident(id="I5", service="shop", at="2020-01-01T00:00:00Z")) is None
    assert escaped(incident(id="I6")) is None


def test_importing_twice_adds_nothing_and_another_run_is_refused(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.run("c1")
    history.run("c2")
    assert history.ledger.escaped(incident(commit="c1")) == history.ledger.escaped(incident(commit="c1"))
    assert len(history.ledger.incidents()) == 1
    with pytest.raises(CrashworthyError, match="I1 is in the ledger already"):
        history.ledger.escaped(incident(commit="c2"))
