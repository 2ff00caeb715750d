"""Which report goes where: pairs `--format` with `--output`, and writes the files."""

from __future__ import annotations

import difflib
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.report import RunReport
from crashworthy.reports import html, json, junit, markdown, sarif, screen

FORMATS: dict[str, Callable[[RunReport], str]] = {
    "screen": screen.render,
    "html": html.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "markdown": markdown.render,
    "json": json.render,
}

_STDOUT = "-"
_SYNONYMS = {"md": "markdown", "xml": "junit", "text": "screen", "txt": "screen"}
_ENDINGS = {
    ".html": "html",
    ".htm": "html",
    ".sarif": "sarif",
    ".sarif.json": "sarif",
    ".xml": "junit",
    ".json": "json",
    ".md": "markdown",
    ".txt": "screen",
}
# For terminals and pipes that are not UTF-8.
_PLAIN = str.maketrans({"…": "...", "•": "*", "·": "-", "│": "|", "─": "-", "✓": "+", "✗": "x", "→": "->", "▸": ">"})


@dataclass(frozen=True)
class Output:
    """One report to write: a format, and a file or, for None, standard output."""

    format: str
    path: Path | None = None

    @property
    def to_stdout(self) -> bool:
        """Whether it goes to standard output."""
        return self.path is None


def pair_outputs(formats: Sequence[str], outputs: Sequence[Path]) -> tuple[Output, ...]:
    """The reports that were asked for. The i-th output belongs to the i-th format.

    Fewer outputs than formats belong to the formats of their endings, if all of these were asked for.
    An output without a format takes it from the file's ending; a format without an output goes to standard output,
    as does the output "-". When nothing goes to standard output, the screen report does.
    Raises CrashworthyError when a format is not known, or two reports want the same place.
    """
    known = [_format(name) for name in formats]
    # Options keep no order among each other: `--format screen --format json --output out.json` means json.
    meant = [_format_of_ending(path) for path in outputs]
    if len(meant) < len(known) and {*meant} <= {*known} and len({*meant}) == len(meant):
        known = [*(name for name in meant if name), *(name for name in known if name not in meant)]
    wanted = []
    for index in range(max(len(known), len(outputs))):
        path = outputs[index] if index < len(outputs) and str(outputs[index]) != _STDOUT else None
        if index < len(known):
            wanted.append(Output(known[index], path))
        else:
            wanted.append(Output(_by_ending(path) if path else "screen", path))
    if not any(output.to_stdout for output in wanted):
        wanted.append(Output("screen"))
    _check(wanted)
    return tuple(wanted)


def write_outputs(report: RunReport, outputs: Sequence[Output]) -> None:
    """Write each report to its place, files first. Raises CrashworthyError when a file cannot be written."""
    for output in sorted(outputs, key=lambda output: output.to_stdout):
        if output.path is not None:
            write_file(output.path, FORMATS[output.format](report))
        elif output.format == "screen":
            _print_screen(report)
        else:
            _print(FORMATS[output.format](report))


def write_file(path: Path, text: str) -> None:
    """Write the whole file or nothing, as UTF-8; its folder is made."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_text(text, encoding="utf-8", newline="\n")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise CrashworthyError(
            f"{path} could not be written: {error.strerror or error}", remedy="Give --output a file you may write."
        ) from error


def _format(name: str) -> str:
    name = _SYNONYMS.get(name.lower(), name.lower())
    if name not in FORMATS:
        near = difflib.get_close_matches(name, FORMATS, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise CrashworthyError(
            f"there is no report format called {name!r}", remedy=f"{hint}Known are: {', '.join(FORMATS)}."
        )
    return name


def _format_of_ending(path: Path) -> str | None:
    name = path.name.lower()
    return next((_ENDINGS[end] for end in sorted(_ENDINGS, key=len, reverse=True) if name.endswith(end)), None)


def _by_ending(path: Path) -> str:
    if known := _format_of_ending(path):
        return known
    raise CrashworthyError(
        f"the ending of {path} tells no report format",
        remedy=f"Put --format before it, or end it in one of {', '.join(_ENDINGS)}.",
    )


def _check(wanted: Sequence[Output]) -> None:
    on_stdout = [output.format for output in wanted if output.to_stdout]
    if len(on_stdout) > 1:
        raise CrashworthyError(
            f"{' and '.join(on_stdout)} cannot both go to standard output",
            remedy=f"Give one of them a file, such as: --format {on_stdout[-1]} --output FILE",
        )
    paths = Counter(output.path.absolute() for output in wanted if output.path is not None)
    for path, times in paths.items():
        if times > 1:
            raise CrashworthyError(f"{times} reports are to be written to {path}", remedy="Give each its own file.")
        if path.is_dir():
            raise CrashworthyError(f"{path} is a folder", remedy=f"Name a file in it, such as {path / 'report.html'}.")


def _print_screen(report: RunReport) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        _print(screen.render(report))
        return
    with console.capture() as capture:
        screen.show(report, console)
    _print(capture.get())


def _print(text: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if encoding.lower().replace("-", "") != "utf8":
        text = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()
