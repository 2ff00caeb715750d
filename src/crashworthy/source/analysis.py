"""What `parse_folder` finds out beyond the plain values of a SourceTree; the audit's rules work on it."""

from __future__ import annotations

from dataclasses import dataclass

from crashworthy.source.calls import CallGraph
from crashworthy.source.flow.runs import Run
from crashworthy.source.index import Index
from crashworthy.source.outbound import Outbound
from crashworthy.source.routes.route import Route
from crashworthy.source.symbols import Function


@dataclass(frozen=True, eq=False)
class Analysis:
    """`paths` are the files that are part of the service, as far as imports tell."""

    index: Index
    paths: frozenset[str]
    routes: tuple[Route, ...]
    graph: CallGraph
    outbound: tuple[Outbound, ...]
    runs: tuple[Run, ...]

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions of the service's files."""
        return tuple(one for one in self.index.functions.values() if one.file.path in self.paths)
