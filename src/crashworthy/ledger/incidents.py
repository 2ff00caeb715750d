"""Reads incidents: CSV or JSON of one's own, or as PagerDuty, Jira and GitHub export them.

Names of columns and keys are taken as those tools write them; what they have no field for (commit, run, weakness,
task) is read from labels such as `weakness:lost-update`, or from columns of that name.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.value import Value

# Per field the names that it goes by, in lower case, the surest first.
_NAMES = {
    "id": ("id", "key", "issue key", "number", "incident_number", "incident number"),
    "at": ("at", "created_at", "createdat", "created_on", "created", "created on", "started_at", "date"),
    "title": ("title", "summary", "description", "name"),
    "service": ("service", "service_name", "service name", "components", "component/s", "component", "repository"),
    "commit": ("commit", "sha", "revision"),
    "run": ("run",),
    "weakness": ("weakness",),
    "task": ("task",),
}
_LABELS = ("labels", "tags")
_LISTS = ("incidents", "issues", "items", "data")
_NEEDED = ("id", "at", "title")
_FORMATS = ("%d/%b/%y %I:%M %p", "%d/%b/%y %H:%M", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S UTC", "%d/%m/%Y %H:%M")


class Incident(Value):
    """One incident. What names the change is given by `run`, `commit`, or `service` with the time."""

    id: str
    at: datetime
    title: str
    service: str | None = None
    commit: str | None = None
    run: str | None = None
    weakness: str | None = None
    task: str | None = None


def read_incidents(file: Path) -> list[Incident]:
    """The incidents of a file. CrashworthyError names the one that cannot be read."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise CrashworthyError(f"{file} cannot be read: {problem}") from None
    try:
        rows = _rows_of_json(text) if text.lstrip()[:1] in ("[", "{") else _rows_of_csv(text)
        return [_incident(file, number, row) for number, row in enumerate(rows, start=1)]
    except (json.JSONDecodeError, csv.Error) as problem:
        raise CrashworthyError(f"{file} is neither JSON nor CSV: {problem}") from None


def _rows_of_json(text: str) -> Iterator[Mapping[str, Any]]:
    document = json.loads(text)
    if isinstance(document, dict):
        document = next((document[name] for name in _LISTS if isinstance(document.get(name), list)), [document])
    for entry in document:
        if isinstance(entry, dict):
            # Jira keeps all but the key one level deeper.
            fields = entry.get("fields")
            yield {**entry, **fields} if isinstance(fields, dict) else entry


def _rows_of_csv(text: str) -> Iterator[Mapping[str, Any]]:
    yield from csv.DictReader(io.StringIO(text))


def _incident(file: Path, number: int, row: Mapping[str, Any]) -> Incident:
    plain = {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    found = {field: _text(_first(plain, names)) for field, names in _NAMES.items()}
    for label in _labels(plain):
        field, colon, value = label.partition(":")
        if colon and field.strip().lower() in _NAMES and not found[field.strip().lower()]:
            found[field.strip().lower()] = value.strip()
    missing = [field for field in _NEEDED if not found[field]]
    if missing:
        raise CrashworthyError(
            f"{file}: incident {number} has no {' and no '.join(missing)}",
            remedy=f"Known names of it are: {', '.join(_NAMES[missing[0]])}.",
        )
    at = _moment(found["at"] or "")
    if at is None:
        raise CrashworthyError(
            f"{file}: incident {number}: {found['at']!r} is no time that can be read",
            remedy="Write it as 2026-11-20T08:30:00Z.",
        )
    return Incident.model_validate({**{name: value or None for name, value in found.items()}, "at": at})


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "", [])), None)


def _text(value: Any) -> str | None:
    """A field's text: of an object its name, of a list its first entry."""
    if isinstance(value, list):
        return _text(value[0]) if value else None
    if isinstance(value, dict):
        return _text(_first(value, ("summary", "name", "full_name", "id")))
    return None if value is None else str(value).strip()


def _labels(row: Mapping[str, Any]) -> list[str]:
    value = _first(row, _LABELS)
    parts = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return [text for part in parts if (text := _text(part))]


def _moment(text: str) -> datetime | None:
    """The time, taken as UTC where it does not say."""
    parsed = None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        for form in _FORMATS:
            try:
                parsed = datetime.strptime(text, form)
                break
            except ValueError:
                continue
    if parsed is None:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
