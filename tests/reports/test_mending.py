"""Whoever is shown a proof is told how to get rid of it, with the catalogue's own words."""

import json

import pytest

from crashworthy.core.report import RunReport
from crashworthy.core.weakness import Weakness
from crashworthy.reports import html, markdown, sarif, screen
from crashworthy.reports.mending import mend_in_short, more_about, spans
from crashworthy.weaknesses.catalogue import CATALOGUE
from reports.sample import sample


def of_weakness(weakness: str) -> RunReport:
    report = sample()
    proven = report.findings[0].model_copy(update={"weakness": weakness})
    proof = report.proofs[0].model_copy(update={"weakness": weakness})
    return report.model_copy(update={"findings": (proven,), "proofs": (proof,)})


@pytest.mark.parametrize("weakness", CATALOGUE.values(), ids=lambda weakness: weakness.id)
def test_every_weakness_can_be_told_in_every_report(weakness: Weakness) -> None:
    report = of_weakness(weakness.id)
    plain = "".join(text for text, _ in spans(weakness.mend_in_short))
    assert " ".join(plain.split()) in " ".join(screen.render(report).split())
    assert weakness.mend_in_short in markdown.render(report)
    assert more_about(weakness.id) in html.render(report)
    (rule,) = json.loads(sarif.render(report))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["helpUri"].startswith("https://")
    assert weakness.mend in rule["help"]["markdown"]
    assert weakness.proven_by in rule["help"]["markdown"]
    assert "Mended:" in rule["help"]["markdown"]
    assert plain in rule["help"]["text"]


def test_code_is_marked_and_everything_else_escaped() -> None:
    assert list(spans("say `a < b` or < c")) == [("say ", False), ("a < b", True), (" or < c", False)]
    page = html.render(of_weakness("lost-update"))
    assert "<code>UPDATE items SET stock = stock - 1 WHERE stock &gt; 0</code>" in page


def test_a_weakness_that_the_catalogue_does_not_know_is_left_without_advice() -> None:
    assert mend_in_short("gone-since") == ""
    for render in (screen.render, markdown.render, html.render):
        assert "crashworthy weakness gone-since" not in render(of_weakness("gone-since"))


def test_the_command_is_told_once_for_each_weakness_on_the_screen() -> None:
    report = sample()
    again = report.findings[0].model_copy(update={"id": "P9", "title": "The same elsewhere"})
    text = screen.render(report.model_copy(update={"findings": (report.findings[0], again)}))
    assert text.count("mend  ") == 2
    assert text.count(more_about("lost-update")) == 1
