"""Formula injection: marked text at which a spreadsheet begins to compute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from crashworthy.core.history import Exchange
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.injection.attack import Attack, Evidence, Payload, Sighting
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.source.tree import SourceTree
from crashworthy.weaknesses.injection_formats import FORMULA_INJECTION

_TABLES = ("text/csv", "application/csv", "text/tab-separated-values")
_NO_CELLS = frozenset({Kind.FILE, Kind.BODY, Kind.FIELD_NAME, Kind.FILE_NAME, Kind.COOKIE})


class Formula(Attack):
    """A formula of a function that no spreadsheet has, looked for in the cells of tables."""

    id = "formula"
    weakness = FORMULA_INJECTION
    expected = "a cell that begins as a formula does has an apostrophe before it"

    def fits(self, tree: SourceTree) -> bool:
        """Whether the source speaks of CSV."""
        return any("csv" in file.text.lower() for file in tree.files)

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One."""
        if place.kind not in _NO_CELLS:
            yield Payload(f"={marker}b(1)")

    def evidence(self, sighting: Sighting) -> Evidence | None:
        """A cell of an answer that is a table, as a parser of CSV reads it."""
        for exchange in sighting.exchanges:
            cell = _cell(exchange, f"={sighting.marker}b(1)")
            if cell is not None:
                return Evidence(
                    becomes="a formula in a table",
                    seen=f"row {cell[0]}, cell {cell[1]} of {exchange.operation} begins with ={sighting.marker}b(1)",
                    gets="has a spreadsheet compute for whoever opens the table in one, which may send its cells away",
                    location=None,
                    impact={"beyond": "L"},
                    victim=True,
                    # Nothing of the service is lost, and spreadsheets ask before they fetch.
                    severity=Severity.MINOR,
                )
        return None


def _cell(exchange: Exchange, formula: str) -> tuple[int, int] | None:
    """Row and cell, counted from 1, that begin with the formula."""
    response = exchange.response
    if response is None or not exchange.ok:
        return None
    kind = response.header("Content-Type").partition(";")[0].strip().lower()
    if kind not in _TABLES:
        return None
    table = csv.reader(io.StringIO(response.body, newline=""), delimiter="\t" if "tab" in kind else ",")
    try:
        for number, row in enumerate(table, 1):
            for place, cell in enumerate(row, 1):
                if cell.lower().startswith(formula):
                    return number, place
    except csv.Error:
        return None
    return None
