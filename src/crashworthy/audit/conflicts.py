"""What the database refuses by itself, and whether the source answers the refusal."""

from __future__ import annotations

import ast

from crashworthy.source.flow.values import Row


def is_covered(row: Row, unique: list[frozenset[str]]) -> bool:
    """Whether a unique constraint says the same as the look that found no row: the columns it was looked up by."""
    return any(columns <= row.filters for columns in unique)


def handles_conflict(function: ast.AST) -> bool:
    """Whether the function has a handler for the refusal, around whichever statement sends the insert."""
    return any(
        isinstance(node, ast.ExceptHandler) and node.type is not None and "IntegrityError" in ast.unparse(node.type)
        for node in ast.walk(function)
    )
