"""Secrets that stand in the source, where each reader of the repository finds them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crashworthy.core.location import Location
from crashworthy.source.tree import SourceTree

_KEY_NAME = re.compile(r"secret|key|jwt|sign|token|salt", re.IGNORECASE)
_LONGEST = 200


@dataclass(frozen=True)
class SourceSecret:
    """A text in the source, its first place, and whether the name beside it calls it a key."""

    text: str
    location: Location
    is_key: bool


def source_secrets(tree: SourceTree, given: Mapping[str, str]) -> dict[str, SourceSecret]:
    """Texts of the source by themselves, those named as a key first.

    What the service was given in its environment is no secret of the source, unless the source has it as the default
    of that variable: an installation that sets nothing would then have it too.
    """
    defaults = {read.default for read in tree.environment if read.default}
    chosen = frozenset(given.values()) - defaults
    found: dict[str, SourceSecret] = {}
    for file in tree.files:
        for node, text, named in _texts(file.tree):
            if text in chosen or not 0 < len(text) <= _LONGEST:
                continue
            known = found.get(text)
            if known is None or (named and not known.is_key):
                found[text] = SourceSecret(text, Location(file=file.path, line=node.lineno), named)
    return dict(sorted(found.items(), key=lambda item: not item[1].is_key))


def _texts(module: ast.Module) -> Iterator[tuple[ast.Constant, str, bool]]:
    keys = {id(node) for node in _key_values(module)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            text = node.value if isinstance(node.value, str) else node.value.decode("utf-8", "replace")
            yield node, text, id(node) in keys


def _key_values(module: ast.Module) -> Iterator[ast.AST]:
    """Constants below an assignment, argument or entry whose name speaks of a key."""
    for node in ast.walk(module):
        pairs: list[tuple[str, ast.AST]] = []
        if isinstance(node, ast.Assign):
            pairs = [(ast.unparse(target), node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            pairs = [(ast.unparse(node.target), node.value)]
        elif isinstance(node, ast.keyword):
            pairs = [(node.arg or "", node.value)]
        elif isinstance(node, ast.Dict):
            pairs = [
                (key.value, value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            ]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            pairs = [(str(node.args[0].value), argument) for argument in node.args[1:]]
        for name, value in pairs:
            if _KEY_NAME.search(name):
                yield from ast.walk(value)
