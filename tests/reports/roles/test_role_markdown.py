"""Role documents as Markdown: foreign text shows as it is and does nothing, and the source reads well too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from crashworthy.reports.roles.markdown import render
from crashworthy.reports.roles.sheet import Bullets, Sheet, Table, Text

HARMLESS = {"text", "text_special", "code_inline", "html_inline", "entity"}
HOSTILE = st.text(alphabet="ab1 `*_[]()!|<>&~$@#:/.\\-+=\"'", max_size=40)


def document(*parts: Text | Bullets | Table) -> str:
    return render(Sheet("title", "", parts))


def shown(markdown: str) -> tuple[str, set[str]]:
    """The words that a reader sees of all paragraphs and cells but the title, and the kinds of their parts."""
    words, kinds = list[str](), set[str]()
    for token in MarkdownIt("commonmark").enable("table").parse(markdown)[3:]:
        for child in token.children or ():
            if child.type == "html_inline":
                assert child.content == "<!-- -->"
                continue
            kinds.add(child.type)
            words.append(child.content)
    return "".join(words), kinds


@given(HOSTILE)
def test_text_shows_as_it_is_and_does_nothing(text: str) -> None:
    seen, kinds = shown(document(Text(f"x {text} x")))
    assert kinds <= HARMLESS
    assert seen.replace("`", "").split() == f"x {text} x".replace("`", "").split()


@given(HOSTILE)
def test_a_cell_stays_a_cell(text: str) -> None:
    markdown = document(Table(("a", "b"), ((f"x {text} x", "second"),)))
    cells = [token for token in MarkdownIt("commonmark").enable("table").parse(markdown) if token.type == "td_open"]
    assert len(cells) == 2


@pytest.mark.parametrize(
    "text", ["# no heading", "- no list", "1. no list", "> no quote", "=== no line", "--- no rule"]
)
def test_a_line_begins_nothing(text: str) -> None:
    kinds = {token.type for token in MarkdownIt("commonmark").parse(document(Text(text)))}
    assert kinds <= {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"}
    assert document(Text(text)).count("\n# ") == 0


def test_plain_words_and_figures_are_left_alone() -> None:
    said = "Run `crashworthy test PATH --author ai`: -68 to +3 hours, snake_case, $84,960."
    assert said in document(Text(said))
