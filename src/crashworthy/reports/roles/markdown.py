"""A sheet as Markdown that also reads well as it is written.

What a role file, a posting or a service says in it is text: no formatting, HTML, mention or link comes out of it.
Between two backticks stands code, whoever wrote them; nothing in it is more than code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crashworthy.reports.legible import one_line
from crashworthy.reports.markdown import escaped
from crashworthy.reports.roles.sheet import Bullets, Chart, Code, Folded, Heading, Part, Sheet, Table, Text

_LONGEST = 2_000
_CODE = re.compile(r"`([^`]+)`")
_MARKUP = re.compile(r"[\\`*\[\]|~]|<|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.|[@#](?=\w)", re.IGNORECASE)
_AT_START = re.compile(r"^(#{1,6}(?= )|[-+>=](?= |$)|[-=]{2,}|\d+[.)](?= ))")
# Mentions and references are found in the rendered text: a comment in the middle stops that.
_HARMLESS = {"<": "&lt;", "&": "&amp;", ":": "&#58;", ".": "&#46;", "@": "@<!-- -->", "#": "#<!-- -->"}


def render(sheet: Sheet) -> str:
    """The whole document."""
    head = [f"# {_plain(sheet.title)}"] + ([_plain(sheet.subtitle)] if sheet.subtitle else [])
    return "\n\n".join([*head, *(_part(part) for part in sheet.parts)]) + "\n"


def _part(part: Part) -> str:
    match part:
        case Heading(text, level):
            return f"{'#' * level} {_plain(text)}"
        case Text(text, note):
            return f"> {_plain(text)}" if note else _plain(text)
        case Bullets(items, ordered):
            return "\n".join(f"{f'{n}.' if ordered else '-'} {_plain(item)}" for n, item in enumerate(items, 1))
        case Table(columns, rows, numeric):
            return "\n".join(_table(columns, rows, numeric))
        case Chart(title, bars, _, _, form):
            ranges = ((bar.label, *(form.format(value) for value in (bar.low, bar.mark, bar.high))) for bar in bars)
            table = _table(("", "low", "middle", "high"), ranges, frozenset({1, 2, 3}))
            return "\n".join([f"**{_plain(title)}**", "", *table])
        case Code(text, language):
            fence = "`" * max(3, 1 + _longest_run(text))
            return f"{fence}{language}\n{text.rstrip()}\n{fence}"
        case Folded(title, parts):
            inside = "\n\n".join(_part(each) for each in parts)
            # Inside HTML no backslash escapes anything.
            return f"<details><summary>{escaped(title, _LONGEST)}</summary>\n\n{inside}\n\n</details>"


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], numeric: frozenset[int]) -> Iterator[str]:
    yield f"| {' | '.join(_plain(column, cell=True) for column in columns)} |"
    yield f"| {' | '.join('---:' if place in numeric else '---' for place in range(len(columns)))} |"
    for row in rows:
        yield f"| {' | '.join(_plain(cell, cell=True) for cell in row)} |"


def _plain(text: str, *, cell: bool = False) -> str:
    parts = _CODE.split(one_line(text, _LONGEST))
    # Dollars in pairs are a formula.
    dollars = sum(part.count("$") for part in parts[::2]) > 1
    shown = (_code(part, cell) if place % 2 else _escaped(part, dollars) for place, part in enumerate(parts))
    return _AT_START.sub(lambda match: f"{match[0][:-1]}\\{match[0][-1]}", "".join(shown), count=1)


def _code(text: str, cell: bool) -> str:
    """Code inside a line; a cell of a table would end at its bars."""
    return "`{}`".format(text.replace("|", "\\|") if cell else text)


def _escaped(text: str, dollars: bool) -> str:
    shown = _MARKUP.sub(lambda match: _HARMLESS.get(match[0], f"\\{match[0]}"), text)
    return shown.replace("$", "\\$") if dollars else shown


def _longest_run(text: str) -> int:
    """The longest run of backticks, which a fence has to exceed."""
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
