"""A place in the source of the service."""

from __future__ import annotations

from pydantic import Field

from crashworthy.core.value import Value


class Location(Value):
    """`file` is relative to the service's folder, with forward slashes; `line` counts from 1."""

    file: str
    line: int = Field(ge=1)
    symbol: str | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
