"""What keeps concurrent changes apart, as far as the source shows."""

from __future__ import annotations

import re

from crashworthy.source.flow.values import Row
from crashworthy.source.index import Index


def is_bounded(index: Index, column: str) -> bool:
    """Whether the database refuses negative values of a column (of that name, in any table)."""
    pattern = re.compile(
        rf"CHECK[^\n]*\b{re.escape(column)}\s*>=?\s*0|\b{re.escape(column)}\s*=\s*models\.Positive", re.I
    )
    scripts = (text for _, text in index.declared.scripts)
    return any(pattern.search(text) for text in (*scripts, *(module.file.text for module in index.service_modules)))


def is_held(row: Row, session: int) -> bool:
    """Whether the lock under which a row was read is still held."""
    return row.session != 0 and row.session == session


def is_serializable(index: Index) -> bool:
    """Whether the service asks its database for isolation that refuses stale writes."""
    return any(
        '"SERIALIZABLE"' in module.file.text
        or "'SERIALIZABLE'" in module.file.text
        or '"REPEATABLE READ"' in module.file.text
        for module in index.service_modules
    )
