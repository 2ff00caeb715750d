"""Cells of a table are written as users wrote them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crashworthy.audit.handled import handlers
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.injection_formats import FORMULA_INJECTION

_TABLES = re.compile(r"\bcsv\.|DictWriter|openpyxl|xlsxwriter|to_csv\(|to_excel\(")
_WRITES = frozenset({"writerow", "writerows", "to_csv", "to_excel"})
_LOOKS = re.compile(r"startswith\(|lstrip\(|[\"']'[\"']|\[0\] in|\[:1\] in|QUOTE_TEXT")
_APP = """
import csv
import io
from flask import Flask, Response
from shop.guests import rows

app = Flask(__name__)

def as_text(cell):
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")) else cell
"""


class CellFromText(Rule):
    """A handler writes rows of a CSV file or a workbook, and nothing on the way looks at how a cell begins.

    A cell such as `=HYPERLINK(...)` is a formula to the program that opens the file. Left alone: constant headings.
    """

    id = "cell-from-text"
    weakness = FORMULA_INJECTION
    firing = (
        Sample(
            "an export",
            {
                "app.py": _APP
                + """
@app.get("/guests.csv")
def export():
    out = io.StringIO()
    csv.writer(out).writerows(rows())
    return Response(out.getvalue(), mimetype="text/csv")
"""
            },
        ),
    )
    quiet = (
        Sample("cells that are looked at", {"app.py": _APP + """
@app.get("/guests.csv")
def export():
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "wish"])
    writer.writerows([as_text(cell) for cell in row] for row in rows())
    return Response(out.getvalue(), mimetype="text/csv")
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Rows that are written as they are."""
        for handled in handlers(context):
            if not _TABLES.search(handled.all) or _LOOKS.search(handled.all):
                continue
            for node in ast.walk(handled.function.node):
                if isinstance(node, ast.Call) and _writes(node):
                    yield handled.suspected("cells of a table are written as users wrote them", node)


def _writes(call: ast.Call) -> bool:
    """Whether a call writes rows that are no constant headings."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _WRITES:
        return False
    return not (call.args and _is_constant(call.args[0]))


def _is_constant(value: ast.expr) -> bool:
    return isinstance(value, ast.List | ast.Tuple) and all(isinstance(each, ast.Constant) for each in value.elts)
