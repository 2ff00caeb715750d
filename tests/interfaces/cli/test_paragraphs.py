"""Long lines hang on a terminal and stay whole in a pipe; no word is lost either way."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from crashworthy.interfaces.cli.paragraphs import print_paragraph

WORDS = st.lists(st.text("abcdefgh.,/", min_size=1, max_size=12), min_size=1, max_size=40)


def printed(text: str, indent: int, *, terminal: bool) -> list[str]:
    out = io.StringIO()
    print_paragraph(Console(file=out, width=50, force_terminal=terminal, color_system=None), text, indent)
    return out.getvalue().rstrip("\n").split("\n")


@given(WORDS, st.integers(0, 14))
def test_a_terminal_gets_lines_that_fit(words: list[str], indent: int) -> None:
    lines = printed(" ".join(words), indent, terminal=True)
    assert all(len(line.rstrip()) <= 50 for line in lines)
    assert lines[0].startswith(" " * indent)
    assert all(line.startswith(" " * (indent + 4)) for line in lines[1:])
    assert " ".join(lines).split() == words


@given(WORDS)
def test_a_pipe_gets_one_line(words: list[str]) -> None:
    assert printed(" ".join(words), 2, terminal=False) == ["  " + " ".join(words)]
