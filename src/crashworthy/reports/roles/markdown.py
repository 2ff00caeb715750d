"""A sheet as Markdown. What a role file, a posting or a service says in it is text: no formatting comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crashworthy.reports.markdown import escaped
from crashworthy.reports.roles.sheet import Bullets, Chart, Code, Folded, Heading, Part, Sheet, Table, Text

_LONGEST = 2_000


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
            return f"<details><summary>{_plain(title)}</summary>\n\n{inside}\n\n</details>"


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], numeric: frozenset[int]) -> Iterator[str]:
    yield f"| {' | '.join(_plain(column) for column in columns)} |"
    yield f"| {' | '.join('---:' if place in numeric else '---' for place in range(len(columns)))} |"
    for row in rows:
        yield f"| {' | '.join(_plain(cell) for cell in row)} |"


def _plain(text: str) -> str:
    return escaped(text, _LONGEST)


def _longest_run(text: str) -> int:
    """The longest run of backticks, which a fence has to exceed."""
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
