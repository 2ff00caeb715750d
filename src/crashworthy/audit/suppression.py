"""Comments that silence a rule at a place: `# crashworthy: ignore[rule-id] reason`."""

from __future__ import annotations

import re
from functools import lru_cache

_COMMENT = re.compile(r"#\s*crashworthy:\s*ignore\[(?P<rules>[\w\s,-]+)\]\s*(?P<reason>\S.*)?$")


@lru_cache(maxsize=1024)
def suppressions(text: str) -> dict[int, dict[str, str]]:
    """Reasons by line (from 1) and rule id. A comment on a line of its own counts for the line below.

    A comment without a reason silences nothing.
    """
    found: dict[int, dict[str, str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = _COMMENT.search(line) if "crashworthy:" in line else None
        if match is None or not match["reason"]:
            continue
        target = number + 1 if line.lstrip().startswith("#") else number
        for rule in match["rules"].split(","):
            found.setdefault(target, {})[rule.strip()] = match["reason"].strip()
    return found
