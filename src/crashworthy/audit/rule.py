"""What every rule is: what it suspects, why, and the code on which it must and must not fire."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from crashworthy.core.weakness import Weakness
from crashworthy.source.analysis import Analysis
from crashworthy.source.flow.runs import Run
from crashworthy.source.symbols import Scope
from crashworthy.source.tree import SourceTree


@dataclass(frozen=True)
class Sample:
    """A tiny service: texts by relative path. `title` says what it shows."""

    title: str
    files: dict[str, str]


@dataclass(frozen=True, eq=False)
class Hit:
    """A place that a rule suspects; `operations` are those that the rule itself saw reaching it."""

    node: ast.AST
    scope: Scope
    message: str
    operations: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Context:
    """What a rule may look at."""

    tree: SourceTree
    analysis: Analysis

    @property
    def runs(self) -> tuple[Run, ...]:
        """Runs over handlers; over all functions where the folder has no routes that were understood."""
        of_routes = tuple(run for run in self.analysis.runs if run.route is not None)
        return of_routes or self.analysis.runs


class Rule(ABC):
    """Suspects one weakness. The docstring of a rule says what it looks for, and what it leaves alone and why."""

    id: ClassVar[str]
    weakness: ClassVar[Weakness]
    firing: ClassVar[tuple[Sample, ...]]
    quiet: ClassVar[tuple[Sample, ...]]

    @abstractmethod
    def find(self, context: Context) -> Iterator[Hit]:
        """The places suspected; one place may come several times, from several operations."""


def operations_of(run: Run) -> frozenset[str]:
    """The name of the operation whose handler was run."""
    return frozenset({run.route.name}) if run.route is not None else frozenset()


@dataclass
class Statements:
    """The innermost statement around each node of a function; rules on syntax use it."""

    root: ast.AST
    parents: dict[int, ast.AST] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.root):
            for child in ast.iter_child_nodes(node):
                self.parents[id(child)] = node

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What is around a node, from inside out."""
        current = self.parents.get(id(node))
        while current is not None:
            yield current
            current = self.parents.get(id(current))
