"""Whatever a service answered: every renderer accepts it, gives valid output, and lets nothing through."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt
from rich.console import Console

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.report import RunReport
from crashworthy.reports import bundle, html, junit, markdown, sarif, screen
from crashworthy.reports import json as json_report
from crashworthy.reports.legible import one_line, visible
from reports.strategies import NASTY, reports, with_proofs

few = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
_TERMINAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Tags(HTMLParser):
    """All elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def assert_page_is_harmless(page: str, scripts: int) -> None:
    tags = Tags(page)
    assert len(tags.named("script")) == scripts
    assert len(tags.named("style")) == 1
    assert not [tag for tag, _ in tags.tags if tag in {"img", "iframe", "link", "object", "embed", "base", "form"}]
    for _, attributes in tags.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "src", "srcset"}]
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "https://cwe.mitre.org/data/definitions/"))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    page.encode()


@few
@given(reports)
def test_html_runs_nothing_and_loads_nothing(report: RunReport) -> None:
    assert_page_is_harmless(html.render(report), scripts=1)


@few
@given(reports)
def test_sarif_is_json_with_a_rule_for_every_result(report: RunReport) -> None:
    text = sarif.render(report)
    text.encode()
    run = json.loads(text)["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


@few
@given(reports)
def test_junit_is_xml_whose_counts_are_right(report: RunReport) -> None:
    root = ET.fromstring(junit.render(report).encode())
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == sum(case.find(tag) is not None for case in cases)


@few
@given(reports)
def test_markdown_fits_and_has_only_our_elements(report: RunReport) -> None:
    text = markdown.render(report)
    text.encode()
    assert len(text) <= 65_536
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"<[^>\s]*", outside)) <= {
        "<details",
        "</details",
        "<summary",
        "</summary",
        "<code",
        "</code",
        "<b",
        "</b",
        "<sub",
        "</sub",
        "<!--",
    }
    assert "@" not in outside
    assert "://" not in outside
    assert "](" not in outside


class Rendered(HTMLParser):
    """Elements and text nodes of Markdown as a forge shows it; comments part text nodes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.verbatim = 0
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.verbatim += tag in {"code", "pre"}

    def handle_endtag(self, tag: str) -> None:
        self.verbatim -= tag in {"code", "pre"}

    def handle_data(self, data: str) -> None:
        if not self.verbatim:
            self.texts.append(data)


@few
@given(reports)
def test_markdown_renders_to_no_foreign_element_or_mention(report: RunReport) -> None:
    page = Rendered(markdown.render(report))
    ours = {"h3", "p", "br", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "ol", "li"}
    assert page.tags <= ours | {"strong", "b", "sub", "em", "code", "pre"}
    assert not [text for text in page.texts if re.search(r"[@#]\w", text)]


@few
@given(reports)
def test_json_can_be_read_back(report: RunReport) -> None:
    text = json_report.render(report)
    text.encode()
    RunReport.model_validate_json(text)


@few
@given(reports)
def test_screen_sends_nothing_to_the_terminal_but_text(report: RunReport) -> None:
    assert not _TERMINAL.search(screen.render(report))


@few
@given(reports)
@pytest.mark.parametrize("width", [24, 60])
def test_screen_draws_on_narrow_terminals(width: int, report: RunReport) -> None:
    screen.show(report, Console(file=io.StringIO(), width=width, highlight=False))


@settings(few, suppress_health_check=[*HealthCheck])
@given(with_proofs)
def test_bundle_gives_back_the_proof_and_runs_nothing(tmp_path: Path, report: RunReport) -> None:
    path = tmp_path / "proof.html"
    proof = report.proofs[0]
    bundle.write_bundle(report, proof.id, path)
    assert_page_is_harmless(path.read_text(encoding="utf-8"), scripts=2)
    found, source = bundle.read_bundle(path)
    # Numbers that JSON does not have are the only loss.
    assert str(found.scenario) == str(proof.scenario)
    assert found.trial.exchanges == proof.trial.exchanges
    assert source == Path(report.service.path)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_visible_text_is_encodable_and_moves_no_cursor(text: str) -> None:
    visible(text).encode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", visible(text))
    assert len(one_line(text, 50)) <= 50


@few
@given(with_proofs)
def test_a_cut_bundle_is_a_clear_error_or_whole(report: RunReport) -> None:
    page = bundle.render(report, report.proofs[0])
    whole = bundle.parse(page, Path("whole.html"))
    for cut in range(0, len(page), max(1, len(page) // 8)):
        try:
            assert str(bundle.parse(page[:cut], Path("cut.html"))) == str(whole)
        except CrashworthyError as error:
            assert "cut.html" in error.message  # noqa: PT017
