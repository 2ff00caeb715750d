"""The values that describe a parsed folder. `crashworthy.source.parse.parse_folder` makes them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crashworthy.core.location import Location
from crashworthy.core.operation import Operation
from crashworthy.core.value import Json

if TYPE_CHECKING:
    from crashworthy.source.analysis import Analysis


@dataclass(frozen=True)
class SourceFile:
    """One parsed Python file; `path` is relative with forward slashes, `module` its dotted name."""

    path: str
    module: str
    text: str
    tree: ast.Module


@dataclass(frozen=True)
class EnvironmentRead:
    """A variable the source reads; `default` is None when there is none, `required` when absence raises."""

    name: str
    default: str | None
    required: bool
    location: Location


@dataclass(frozen=True)
class OutboundSite:
    """A place where the source calls over the network.

    `library` is the import name (requests, httpx, ...). `url` is the URL or its known beginning, with
    environment defaults filled in, or None. `variable` is the environment variable that the URL comes from.
    `timeout` is "none" (explicitly or by default unlimited), "default" (the library's own limit), "set" or
    "unknown". `answer` is an example JSON answer that satisfies how the source reads the response.
    """

    library: str
    location: Location
    url: str | None
    variable: str | None
    timeout: str
    answer: Json = None


@dataclass(frozen=True)
class Application:
    """An application object or factory, or a script that serves.

    `framework` is "fastapi", "starlette", "flask", "django", "aiohttp", "litestar", "quart", "sanic", "bottle",
    "tornado", "falcon" or "unknown".
    `kind` is "object" (module:attribute), "factory" (module:callable), "script" (run the file) or "manage"
    (Django's manage.py). `target` is "module:name" for objects and factories, else the file's relative path.
    `folder` is the directory that imports start from, relative to the tree's root ("." for the root).
    """

    framework: str
    kind: str
    target: str
    folder: str
    location: Location


@dataclass(frozen=True)
class SourceTree:
    """A folder, read once. What could not be read is in `unread`, with the reason.

    `analysis` is what the audit's rules work on; None in a tree that was put together by hand.
    """

    root: Path
    files: tuple[SourceFile, ...]
    applications: tuple[Application, ...]
    operations: tuple[Operation, ...]
    environment: tuple[EnvironmentRead, ...]
    outbound: tuple[OutboundSite, ...]
    requirements: tuple[str, ...]
    imports: frozenset[str]
    unread: tuple[tuple[str, str], ...] = ()
    reach: dict[str, frozenset[str]] = field(default_factory=dict)
    analysis: Analysis | None = field(default=None, compare=False, repr=False)

    def operations_reaching(self, location: Location) -> tuple[str, ...]:
        """Names of the operations whose handlers can call the function around `location`.

        `reach` maps "file:qualified.function" to names of operations; `location.symbol` is the qualified name.
        """
        return tuple(sorted(self.reach.get(f"{location.file}:{location.symbol}", frozenset())))
