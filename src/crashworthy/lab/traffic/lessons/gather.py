"""Finding and reading recordings: those that lie in the service's folder, and those that the user names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.traffic.lessons.curl import read_curl
from crashworthy.lab.traffic.lessons.har import read_har
from crashworthy.lab.traffic.lessons.recorded import Recorded
from crashworthy.lab.traffic.lessons.rest_file import read_rest

_SKIPPED = {"node_modules", "venv", "env", "site-packages", "__pycache__", "dist", "build"}
_REST = {".http", ".rest"}
_SHELL = {".sh", ".bash", ".curl", ".md", ".markdown", ".rst", ".mdx", ".adoc"}
_DEEPEST = 4
_MOST_FILES = 60
_MOST_FOLDERS = 2000
_MAX_BYTES = 2 * 1024 * 1024
_MAX_GIVEN_BYTES = 64 * 1024 * 1024


def read_recording(path: Path, name: str | None = None) -> list[Recorded]:
    """The requests of a file that the user names. Raises CrashworthyError that names file and line."""
    name = name or str(path)
    try:
        if path.stat().st_size > _MAX_GIVEN_BYTES:
            raise CrashworthyError(
                f"{name} is larger than {_MAX_GIVEN_BYTES >> 20} MiB", remedy="Keep the requests of this service only."
            )
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise CrashworthyError(
            f"{name}: cannot be read: {error.strerror}", remedy="Give a HAR, .http or .rest file, or one of curl lines."
        ) from None
    return _read(text, path, name, strict=True)


def recordings_in(root: Path) -> tuple[list[Recorded], list[str]]:
    """The requests of the recordings in a folder, and notes on what is left out, and why."""
    found: list[Recorded] = []
    notes: list[str] = []
    for path in sorted(_candidates(root, notes)):
        name = path.relative_to(root).as_posix()
        try:
            found += _read(path.read_text("utf-8", errors="replace"), path, name, strict=False)
        except CrashworthyError as error:
            notes.append(f"recording left out: {error.message}")
        except OSError as error:
            notes.append(f"recording left out: {name}: {error.strerror}")
    return found, notes


def sources_of(requests: Sequence[Recorded]) -> str:
    """Where requests come from, for people: `3 requests in api.http, 2 in README.md`."""
    counts: dict[str, int] = {}
    for request in requests:
        counts[request.sequence] = counts.get(request.sequence, 0) + 1
    named = [f"{count} in {name}" for name, count in list(counts.items())[:5]]
    return ", ".join(named) + (f" and {len(counts) - 5} more files" if len(counts) > 5 else "")


def _read(text: str, path: Path, name: str, *, strict: bool) -> list[Recorded]:
    suffix = path.suffix.lower()
    if suffix in _REST:
        return read_rest(text, name, path.parent)
    if suffix == ".har" or (strict and text.lstrip("\ufeff \t\r\n")[:1] == "{"):
        return read_har(text, name)
    return read_curl(text, name, strict=strict)


def _candidates(root: Path, notes: list[str]) -> Iterator[Path]:
    kept = 0
    for count, (folder, folders, names) in enumerate(os.walk(root)):
        here = Path(folder)
        depth = len(here.relative_to(root).parts)
        hidden = [each for each in folders if each in _SKIPPED or (each.startswith(".") and each != ".http")]
        folders[:] = [] if depth >= _DEEPEST else sorted(set(folders) - set(hidden))
        if count >= _MOST_FOLDERS:
            return
        for name in sorted(names):
            path = here / name
            suffix = path.suffix.lower()
            if suffix not in (_REST | _SHELL | {".har"}) or path.is_symlink() or not path.is_file():
                continue
            if kept >= _MOST_FILES or path.stat().st_size > _MAX_BYTES:
                notes.append(f"recording left out: {path.relative_to(root).as_posix()}: too large, or one of too many")
                continue
            kept += 1
            yield path
