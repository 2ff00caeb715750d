from collections.abc import Callable
from pathlib import Path

import pytest

from crashworthy.source.parse import parse_folder
from crashworthy.source.tree import SourceTree

Parse = Callable[..., SourceTree]


@pytest.fixture
def parse(tmp_path: Path) -> Parse:
    """Parses a folder made of texts: by keyword for files at its top ("app" for app.py), or a dict of paths."""

    def make(files: dict[str, str] | None = None, **modules: str) -> SourceTree:
        texts = dict(files or {}) | {f"{name}.py": text for name, text in modules.items()}
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return parse_folder(tmp_path)

    return make
