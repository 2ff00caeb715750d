"""The ledger as a file: JSON Lines to carry evidence between machines, CSV to look at it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.ledger.store import Ledger, Row
from crashworthy.ledger.tables import ALL

FORMAT = 1


def to_json_lines(ledger: Ledger) -> Iterator[str]:
    """A line that names the format, then one line per row."""
    yield json.dumps({"crashworthy_ledger": FORMAT})
    for table, row in ledger.export():
        yield json.dumps({"table": table, "row": row}, sort_keys=True)


def to_csv(ledger: Ledger) -> str:
    """Findings with their run, one line each."""
    runs = {row["id"]: row for row in ledger.runs()}
    columns = ("run", "service", "started_at", "commit", "author", "agent", "model", "round", "verdict")
    more = ("finding", "fingerprint", "weakness", "status", "severity", "title", "operation", "file", "line", "trials")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*columns, *more))
    for finding in ledger.findings():
        run = runs[finding["run"]]
        values = [run["id"], *(run[name] for name in columns[1:]), *(finding[name] for name in more)]
        writer.writerow([_harmless(value) for value in values])
    return text.getvalue()


def _harmless(value: object) -> object:
    """A text that a spreadsheet would run as a formula is quoted (CWE-1236)."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def read_json_lines(file: Path) -> list[tuple[str, Row]]:
    """The rows of an exported file. CrashworthyError names the line that cannot be read."""
    tables = {table.name: {column.name for column in table.columns} for table in ALL}
    rows = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise CrashworthyError(f"{file} cannot be read: {problem}") from None
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            if number == 1:
                if entry.get("crashworthy_ledger") != FORMAT:
                    raise ValueError("the first line does not name a known format")
                continue
            table, row = entry["table"], entry["row"]
            if set(row) != tables[table]:
                raise ValueError(f"the columns are not those of the table {table}")
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise CrashworthyError(
                f"{file}:{number}: this is no line of an exported ledger: {problem}",
                remedy="Make the file with `crashworthy ledger export --format jsonl`.",
            ) from None
        rows.append((table, row))
    return rows
