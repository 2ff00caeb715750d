"""Which functions an operation can run, for operations whose handlers became known after the source was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crashworthy.core.operation import Operation
from crashworthy.source.calls import reach
from crashworthy.source.routes.groups import decorators_around
from crashworthy.source.routes.route import Route
from crashworthy.source.tree import SourceTree


def with_operations(tree: SourceTree, operations: Iterable[Operation]) -> SourceTree:
    """The tree in which functions are reached by these operations too, under the names that these have.

    The source's own names stay: a document may call a parameter of the path otherwise, and the running service may
    have routes that no reader of the source knows.
    """
    if tree.analysis is None:
        return tree
    index, routes = tree.analysis.index, list[Route]()
    for operation in operations:
        place = operation.handler
        handler = index.functions.get(f"{place.file}:{place.symbol}") if place is not None else None
        if handler is not None and operation.name not in tree.reach.get(handler.key, ()):
            around = decorators_around(index, handler)
            same = (each for each in tree.analysis.routes if each.handler is handler)
            known = next(same, None)  # with what else runs around it: hooks and dependencies
            routes.append(
                Route(
                    operation.method,
                    operation.path,
                    handler,
                    "",
                    handler.location(),
                    wrappers=known.wrappers if known is not None else around,
                    dependencies=known.dependencies if known is not None else (),
                )
            )
    if not routes:
        return tree
    more = reach(tree.analysis.graph, routes)
    names = {key: tree.reach.get(key, frozenset()) | found for key, found in more.items()}
    return replace(tree, reach={**tree.reach, **names})
