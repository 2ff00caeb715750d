"""Texts in the files that a service has written: its databases, its logs, its uploads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

_LARGEST = 32 * 1024 * 1024
_LEFT_OUT = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages"})


def find_texts(
    folders: Iterable[Path], texts: Sequence[str], *, left_out: Callable[[Path], bool] | None = None
) -> Iterator[tuple[str, str]]:
    """Pairs of a file's path within its folder and a text that it holds in UTF-8; files over 32 MiB are not read."""
    wanted = [(text, text.encode()) for text in texts]
    for folder in folders:
        for path in _files(folder):
            if left_out is not None and left_out(path):
                continue
            try:
                if path.stat().st_size > _LARGEST:
                    continue
                content = path.read_bytes()
            except OSError:
                continue
            for text, raw in wanted:
                if raw in content:
                    yield str(path.relative_to(folder)), text


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT]
        for name in names:
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink():
                yield path
