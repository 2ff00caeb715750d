"""A document as a sequence of plain parts, which every format can render: headings, text, lists, tables, bars, code."""

from __future__ import annotations

from typing import NamedTuple


class Heading(NamedTuple):
    """Begins a section; level 2 or 3."""

    text: str
    level: int = 2


class Text(NamedTuple):
    """A paragraph. A note is set apart: what the reader must know before using the figures."""

    text: str
    note: bool = False


class Bullets(NamedTuple):
    """A list; `ordered` where the order is a sequence of steps."""

    items: tuple[str, ...]
    ordered: bool = False


class Table(NamedTuple):
    """Rows of texts; the columns in `numeric` are aligned at the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


class Bar(NamedTuple):
    """A range with a mark in it, in the unit of its chart."""

    label: str
    low: float
    mark: float
    high: float


class Chart(NamedTuple):
    """Ranges on one scale from `least` to `most`; `form` gives a value as text, as `"{:.0f} h"`."""

    title: str
    bars: tuple[Bar, ...]
    least: float
    most: float
    form: str


class Code(NamedTuple):
    """Source text as it stands."""

    text: str
    language: str = "python"


class Folded(NamedTuple):
    """Parts behind a title that opens, such as an answer; formats that cannot fold put them under the title."""

    title: str
    parts: tuple[Part, ...]


Part = Heading | Text | Bullets | Table | Chart | Code | Folded


class Sheet(NamedTuple):
    """A whole document."""

    title: str
    subtitle: str
    parts: tuple[Part, ...]


def share(value: float) -> str:
    """A share of 1 as percent."""
    return f"{value:.0%}"


def between(low: float, high: float, form: str = "{:.0f}") -> str:
    """A 90 % interval in words."""
    return f"{form.format(low)} to {form.format(high)}"
