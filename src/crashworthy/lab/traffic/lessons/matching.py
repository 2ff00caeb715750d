"""Which operation a recorded request is one of, and the values that its path holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from crashworthy.core.operation import Operation

# What a recording does not tell, `{{name}}`, is one segment, also where its name has slashes.
_SEGMENT = r"((?>\{\{[^{}]*\}\}|[^/])+)"
_PARAMETER = re.compile(r"\{([^{}]+)\}")


class Matcher:
    """Finds operations by method and path, fixed segments before parameters."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._known = [
            (operation, _pattern(operation.path))
            for operation in sorted(operations, key=lambda each: (each.path.count("{"), -len(each.path)))
        ]

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation, and its path parameters decoded; None when it is none of the known ones."""
        for trimmed in dict.fromkeys((path, path.rstrip("/") or "/", path.rstrip("/") + "/")):
            for operation, pattern in self._known:
                if operation.method == method and (match := pattern.fullmatch(trimmed)):
                    names = _PARAMETER.findall(operation.path)
                    return operation, {
                        name: unquote(text, errors="replace") for name, text in zip(names, match.groups(), strict=True)
                    }
        return None


def _pattern(path: str) -> re.Pattern[str]:
    # Splitting by a pattern with a group gives fixed texts and names in turns.
    return re.compile(_SEGMENT.join(re.escape(fixed) for fixed in _PARAMETER.split(path)[::2]))
