"""Branches in the source that do work and that a caller would have to find: what guards them, and who gets there."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crashworthy.source.flow.refusal import is_refusal
from crashworthy.source.symbols import Function
from crashworthy.source.tree import SourceTree

_DEPTH = 3


@dataclass(frozen=True)
class Branch:
    """A block of statements behind a condition, from its first to its last line.

    `guard` are the names and words of the conditions and of what their variables are made of, `body` those of the
    block. `operations` are the names of the operations whose handlers can get there.
    """

    file: str
    first: int
    last: int
    guard: frozenset[str]
    body: frozenset[str]
    operations: tuple[str, ...]

    def is_covered(self, covered: set[tuple[str, int]]) -> bool:
        """Whether the block was entered: its first statement may span several lines."""
        return any((self.file, line) in covered for line in range(self.first, self.last + 1))


@dataclass(frozen=True)
class Vocabulary:
    """The names and words that the code behind each operation uses, and how peculiar each is."""

    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)

    def shared(self, operation: str, said: frozenset[str]) -> float:
        """How much of what was said the operation's code speaks of; rare words count more."""
        return sum(self.weights.get(word, 0.0) for word in said & self.words.get(operation, frozenset()))


def find_branches(tree: SourceTree) -> tuple[Branch, ...]:
    """Branches that do not merely refuse; none for a tree without analysis."""
    if tree.analysis is None:
        return ()
    found: list[Branch] = []
    for function in tree.analysis.functions:
        operations = tree.reach.get(function.key, frozenset())
        if operations:
            found += _Finder(tree, function, tuple(sorted(operations))).find()
    return tuple(found)


def read_vocabulary(tree: SourceTree) -> Vocabulary:
    """What the code behind each operation speaks of."""
    if tree.analysis is None:
        return Vocabulary()
    said: dict[str, set[str]] = {}
    for function in tree.analysis.functions:
        vocabulary = words_in(function.node)
        for operation in tree.reach.get(function.key, frozenset()):
            said.setdefault(operation, set()).update(vocabulary)
    counts = Counter(word for vocabulary in said.values() for word in vocabulary)
    weights = {word: math.log((1 + len(said)) / count) for word, count in counts.items()}
    return Vocabulary({name: frozenset(vocabulary) for name, vocabulary in said.items()}, weights)


def words_in(node: ast.AST) -> frozenset[str]:
    """Identifiers in code, and the words of its texts, such as columns in SQL."""
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found.add(each.id)
        elif isinstance(each, ast.Attribute):
            found.add(each.attr)
        elif isinstance(each, ast.keyword) and each.arg:
            found.add(each.arg)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            found.update(re.findall(r"[A-Za-z_]\w+", each.value[:2000]))
    return frozenset(found)


class _Finder:
    """Walks one function's blocks."""

    def __init__(self, tree: SourceTree, function: Function, operations: tuple[str, ...]) -> None:
        assert tree.analysis is not None
        self._index = tree.analysis.index
        self._function = function
        self._operations = operations
        self._made_of: dict[str, frozenset[str]] = {}
        for each in ast.walk(function.node):
            for target, value in _assigned(each):
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        self._made_of[name.id] = self._made_of.get(name.id, frozenset()) | words_in(value)

    def find(self) -> list[Branch]:
        return list(self._blocks(self._function.node.body, frozenset()))

    def _blocks(self, body: list[ast.stmt], guard: frozenset[str]) -> Iterator[Branch]:
        for statement in body:
            if isinstance(statement, ast.If):
                said = guard | self._closure(words_in(statement.test))
                yield from self._block(statement.body, said)
                yield from self._block(statement.orelse, said)
            elif isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
                test = statement.test if isinstance(statement, ast.While) else statement.iter
                yield from self._block(statement.body, guard | self._closure(words_in(test)))
            elif isinstance(statement, ast.Match):
                for case in statement.cases:
                    said = words_in(statement.subject) | words_in(case.pattern)
                    yield from self._block(case.body, guard | self._closure(said))
            elif isinstance(statement, (ast.With, ast.AsyncWith, ast.Try)):
                yield from self._blocks(statement.body, guard)

    def _block(self, body: list[ast.stmt], guard: frozenset[str]) -> Iterator[Branch]:
        if not body or is_refusal(self._index, body, self._function):
            return
        first, last = body[0], body[0].end_lineno or body[0].lineno
        said = frozenset().union(*(words_in(statement) for statement in body))
        yield Branch(self._function.file.path, first.lineno, last, guard, said, self._operations)
        yield from self._blocks(body, guard)

    def _closure(self, said: frozenset[str]) -> frozenset[str]:
        """The words, and those of what variables so called are made of."""
        for _ in range(_DEPTH):
            said = said.union(*(self._made_of.get(word, frozenset()) for word in said))
        return said


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is bound, and what it is bound to or drawn from."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
            yield target, value
        case ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield target, value
        case _:
            return
