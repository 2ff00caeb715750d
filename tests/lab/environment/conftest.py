from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from crashworthy.source.parse import parse_folder
from crashworthy.source.tree import SourceTree

MakeTree = Callable[..., SourceTree]


@pytest.fixture
def make_tree(tmp_path: Path) -> MakeTree:
    """Writes files into a folder of its own and parses it."""

    def make(files: dict[str, str]) -> SourceTree:
        root = tmp_path / "service"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), "utf-8")
        return parse_folder(root)

    return make
