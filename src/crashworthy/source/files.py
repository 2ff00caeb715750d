"""Find and read the Python files of a folder: tolerant, bounded, and without executing anything."""

from __future__ import annotations

import ast
import io
import os
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MAX_FILES = 20_000
MAX_FILE_BYTES = 2_000_000
MAX_TOTAL_BYTES = 300_000_000

# Folders whose content is not the service's own source, whatever they hold.
_FOREIGN_FOLDERS = frozenset({"node_modules", "site-packages", "dist-packages", "__pycache__", "__pypackages__"})
_TEST_FOLDERS = frozenset({"test", "tests", "testing"})
_EXAMPLE_FOLDERS = frozenset({"doc", "docs", "example", "examples", "sample", "samples"})


@dataclass(frozen=True)
class ReadFile:
    """A file that parsed; `path` is relative to the root, with forward slashes."""

    path: str
    text: str
    tree: ast.Module


@dataclass(frozen=True)
class ReadFolder:
    """What a folder holds: parsed files by path, SQL scripts, and what could not be read, with the reason."""

    files: tuple[ReadFile, ...]
    sql: tuple[tuple[str, str], ...]
    unread: tuple[tuple[str, str], ...]


def is_test(path: str) -> bool:
    """Whether the file holds tests, by the conventions of pytest and unittest."""
    pure = PurePosixPath(path)
    name = pure.name
    in_tests = not _TEST_FOLDERS.isdisjoint(part.lower() for part in pure.parts[:-1])
    return in_tests or name.startswith("test_") or name.endswith("_test.py") or name in {"conftest.py", "tests.py"}


def is_beside_the_service(path: str) -> bool:
    """Whether the file belongs to tests, examples or documentation, and so never serves requests."""
    folders = (part.lower() for part in PurePosixPath(path).parts[:-1])
    return is_test(path) or not _EXAMPLE_FOLDERS.isdisjoint(folders)


def read_folder(root: Path) -> ReadFolder:
    """Read every Python file below `root`, in the order of their paths."""
    files: list[ReadFile] = []
    sql: list[tuple[str, str]] = []
    unread: list[tuple[str, str]] = []
    total = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)  # what 3.11 says of "\\d"
        for count, path in enumerate(_walk(root, unread)):
            relative = path.relative_to(root).as_posix()
            if count >= MAX_FILES or total >= MAX_TOTAL_BYTES:
                unread.append((relative, f"and what follows: more than {MAX_FILES} files or {MAX_TOTAL_BYTES} bytes"))
                break
            try:
                content = _content(path)
                total += len(content)
                if relative.endswith(".sql"):
                    sql.append((relative, content.decode(errors="replace")))
                else:
                    files.append(_parse(relative, content))
            except _UnreadableError as error:
                unread.append((relative, str(error)))
    return ReadFolder(tuple(files), tuple(sql), tuple(unread))


class _UnreadableError(Exception):
    """Why one file is left out."""


def _walk(root: Path, unread: list[tuple[str, str]]) -> Iterator[Path]:
    real_root = Path(os.path.realpath(root))
    for folder, folders, names in os.walk(root, onerror=lambda error: _note(root, error, unread)):
        here = Path(folder)
        kept = []
        for name in sorted(folders):
            child = here / name
            if child.is_symlink():
                # Links to a place inside are read there; a link may also lead back to its own parent.
                if not _is_inside(child, real_root):
                    unread.append((child.relative_to(root).as_posix(), "a symbolic link that leads out of the folder"))
            elif not _is_foreign(child):
                kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            if not name.endswith((".py", ".sql")):
                continue
            path = here / name
            if path.is_symlink() and not _is_inside(path, real_root):
                unread.append((path.relative_to(root).as_posix(), "a symbolic link that leads out of the folder"))
            else:
                yield path


def _note(root: Path, error: OSError, unread: list[tuple[str, str]]) -> None:
    name = os.path.relpath(error.filename, root) if error.filename else "."
    unread.append((name, error.strerror or "cannot be listed"))


def _is_inside(path: Path, real_root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(real_root)


def _is_foreign(folder: Path) -> bool:
    name = folder.name
    if name in _FOREIGN_FOLDERS or name.startswith(".") or name.endswith((".egg-info", ".dist-info")):
        return True
    if name in {"build", "dist"} and not (folder / "__init__.py").exists():
        return True
    return (folder / "pyvenv.cfg").exists()


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise _UnreadableError("not a regular file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise _UnreadableError(f"too large: {size} bytes, at most {MAX_FILE_BYTES} are read")
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise _UnreadableError(error.strerror or "cannot be read") from error


def _parse(relative: str, content: bytes) -> ReadFile:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except SyntaxError as error:
        raise _UnreadableError(f"its encoding is unknown: {error.msg}") from error
    except (UnicodeDecodeError, LookupError) as error:
        raise _UnreadableError(f"not the text it says it is: {error}") from error
    try:
        return ReadFile(relative, text, ast.parse(text, filename=relative))
    except SyntaxError as error:
        raise _UnreadableError(f"does not parse, line {error.lineno or 1}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise _UnreadableError(f"does not parse: {error or 'nested too deeply'}") from error
