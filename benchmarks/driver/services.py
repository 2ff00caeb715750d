"""The services to measure on, and the operations that each really has: lists made by hand, the denominator."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

BENCHMARKS = Path(__file__).resolve().parent.parent
SERVICES = BENCHMARKS / "driver_services"
EXAMPLES = BENCHMARKS.parent / "examples"


@dataclass(frozen=True)
class Listed:
    """An operation of the list. `redirect` is the 3xx that it is for, `location` where that leads, None anywhere."""

    method: str
    path: str
    redirect: int | None = None
    location: str | None = None

    @property
    def name(self) -> str:
        """`METHOD /path`."""
        return f"{self.method} {self.path}"

    def meets(self, status: int, location: str) -> bool:
        """Whether an answer is what the operation is for."""
        if self.redirect is None:
            return 200 <= status < 300
        return status == self.redirect and (self.location is None or bool(_pattern(self.location).fullmatch(location)))


@dataclass(frozen=True)
class Service:
    """One folder of services. `document` is where its OpenAPI document is: a path that it serves, or a file."""

    name: str
    source: Path
    operations: tuple[Listed, ...]
    document: str | None = None

    def called(self, method: str, url: str) -> Listed | None:
        """The listed operation that a request calls: the one with the most literal parts in its path.

        Where no other is meant, a slash at the end makes no difference: who insists on one answers with a redirect.
        """
        path = unquote(urlsplit(url).path) or "/"
        same = [each for each in self.operations if each.method == method]
        matching = [each for each in same if _pattern(each.path).fullmatch(path)]
        if not matching:
            other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
            matching = [each for each in same if _pattern(each.path).fullmatch(other)]
        return max(matching, key=lambda each: len(re.sub(r"\{[^{}]*\}", "", each.path)), default=None)


def read_services(folders: Iterable[Path] = (SERVICES,)) -> list[Service]:
    """All services below the folders, by name."""
    found = [read_service(path.parent) for folder in folders for path in sorted(folder.glob("*/operations.txt"))]
    return sorted(found, key=lambda service: service.name)


def read_service(folder: Path) -> Service:
    """One service; ValueError names a line that is no operation."""
    document, operations = None, []
    for line in (folder / "operations.txt").read_text("utf-8").splitlines():
        if line.startswith("# openapi:"):
            document = line.partition(":")[2].strip()
        elif line.strip() and not line.startswith("#"):
            operations.append(_listed(line))
    source = folder / "service"
    return Service(folder.name, source if source.is_dir() else EXAMPLES / folder.name, tuple(operations), document)


def _listed(line: str) -> Listed:
    match = re.fullmatch(r"([A-Z]+) (/\S*)(?: (3\d\d)(?: (\S+))?)?", line.strip())
    if match is None:
        raise ValueError(f"not an operation: {line!r}")
    return Listed(match[1], match[2], int(match[3]) if match[3] else None, match[4])


def _pattern(template: str) -> re.Pattern[str]:
    """What a path template stands for; a parameter may hold slashes only at the end, as paths of files do."""
    parts = re.split(r"(\{[^{}]*\})", template)
    last = len(parts) - 2 if parts[-1] == "" else -1
    return re.compile(
        "".join(
            (".+" if place == last else "[^/]+") if part.startswith("{") else re.escape(part)
            for place, part in enumerate(parts)
        )
    )
