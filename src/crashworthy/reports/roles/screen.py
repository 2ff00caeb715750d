"""A sheet on the screen."""

from __future__ import annotations

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table as RichTable
from rich.text import Text as RichText

from crashworthy.reports.roles.sheet import Bullets, Chart, Code, Folded, Heading, Part, Sheet, Table, Text

_BAR = 28
_INDENT = 2


def show(sheet: Sheet, console: Console) -> None:
    """Print the sheet."""
    console.print(RichText(sheet.title, style="bold"))
    if sheet.subtitle:
        console.print(sheet.subtitle, markup=False, style="dim")
    for part in sheet.parts:
        _show(part, console)


def _show(part: Part, console: Console) -> None:
    match part:
        case Heading(text, level):
            console.print()
            console.print(RichText(text, style="bold" if level == 2 else "bold dim"))
        case Text(text, note):
            console.print(text, markup=False, style="yellow" if note else "")
        case Bullets(items, ordered):
            grid = RichTable.grid(padding=(0, 1))
            grid.add_column(justify="right", width=_INDENT + ordered)
            grid.add_column()
            for number, item in enumerate(items, 1):
                grid.add_row(f"{number}." if ordered else "-", RichText(item))
            console.print(grid)
        case Table():
            _show_table(part, console)
        case Chart():
            _show_chart(part, console)
        case Code(text, language):
            console.print(Syntax(text, language, theme="ansi_dark", background_color="default"))
        case Folded(title, parts):
            console.print(RichText(title, style="italic"))
            for each in parts:
                _show(each, console)


def _show_table(table: Table, console: Console) -> None:
    shown = RichTable(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for place, column in enumerate(table.columns):
        shown.add_column(column, justify="right" if place in table.numeric else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*(RichText(cell) for cell in row))
    console.print(shown)


def _show_chart(chart: Chart, console: Console) -> None:
    console.print(RichText(chart.title, style="bold dim"))
    grid = RichTable.grid(padding=(0, 2))
    span = (chart.most - chart.least) or 1.0
    for bar in chart.bars:
        low, mark, high = (
            min(_BAR - 1, max(0, int((value - chart.least) / span * _BAR))) for value in (bar.low, bar.mark, bar.high)
        )
        cells = ["━" if low <= place <= high else "·" for place in range(_BAR)]
        cells[mark] = "●"
        figures = f"{chart.form.format(bar.low)} to {chart.form.format(bar.high)}"
        grid.add_row(RichText(bar.label), RichText("".join(cells)), RichText(figures))
    console.print(grid)
