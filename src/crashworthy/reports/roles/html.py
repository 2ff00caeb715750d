"""A sheet as one HTML file that works offline."""

from __future__ import annotations

from typing import Any

from crashworthy.reports.page import render_page
from crashworthy.reports.roles.sheet import Chart, Folded, Part, Sheet


def render(sheet: Sheet) -> str:
    """The whole page."""
    return render_page("sheet.html", styles=("page.css", "role.css"), sheet=sheet, parts=_views(sheet.parts))


def _views(parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    return [_view(part) for part in parts]


def _view(part: Part) -> dict[str, Any]:
    """The part for the template, with its kind; charts with places from 0 to 1."""
    kind = type(part).__name__.lower()
    if isinstance(part, Folded):
        return {"kind": kind, "title": part.title, "parts": _views(part.parts)}
    if isinstance(part, Chart):
        span = (part.most - part.least) or 1.0
        bars = [
            {
                "label": bar.label,
                "at": [min(1.0, max(0.0, (value - part.least) / span)) for value in (bar.low, bar.high, bar.mark)],
                "figures": f"{part.form.format(bar.low)} to {part.form.format(bar.high)}",
            }
            for bar in part.bars
        ]
        return {"kind": kind, "title": part.title, "bars": bars}
    return {"kind": kind, "part": part}
