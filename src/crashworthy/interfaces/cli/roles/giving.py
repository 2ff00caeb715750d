"""What all role commands share: options, the assessment of a role, and giving a document in the format asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crashworthy.core.value import Value
from crashworthy.ledger.store import open_ledger
from crashworthy.reports.outputs import write_file
from crashworthy.reports.roles import html, markdown, screen
from crashworthy.reports.roles.sheet import Sheet
from crashworthy.roles.evidence import TaskEvidence, read_evidence
from crashworthy.roles.load import find_role
from crashworthy.roles.model import Role
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.score import RoleAssessment, assess

WIDTH = 120


class DocumentFormat(StrEnum):
    """How a document is given."""

    SCREEN = "screen"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


_ENDINGS = {
    ".md": DocumentFormat.MARKDOWN,
    ".html": DocumentFormat.HTML,
    ".htm": DocumentFormat.HTML,
    ".json": DocumentFormat.JSON,
}

RoleName = Annotated[
    str, typer.Argument(metavar="ROLE", help="A role of the library, or a file: ROLE.toml, ROLE.yaml.")
]
LedgerUrl = Annotated[
    str | None,
    typer.Option("--ledger", help="Database URL of the ledger; CRASHWORTHY_LEDGER or a local file by default."),
]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Format = Annotated[
    DocumentFormat | None,
    typer.Option("--format", help="screen, markdown, html or json; by the file's ending, else screen"),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output by default.")]
HoursPerWeek = Annotated[float, typer.Option("--hours", min=0.5, max=60, help="Hours of learning a week.")]


def evidence_of(role: Role, ledger: str | None) -> dict[str, TaskEvidence]:
    """What the ledger says of the role's tasks."""
    return read_evidence(open_ledger(ledger), [task.id for task in role.tasks])


def assessment_of(role: str | Role, ledger: str | None) -> RoleAssessment:
    """The role assessed by the ledger."""
    found = find_role(role) if isinstance(role, str) else role
    return assess(found, evidence_of(found, ledger), shipped_prior())


def wanted(as_json: bool, document_format: DocumentFormat | None, output: Path | None) -> DocumentFormat:
    """The format by its options, else by the file's ending."""
    if as_json:
        return DocumentFormat.JSON
    if document_format is not None:
        return document_format
    return _ENDINGS.get(output.suffix.lower(), DocumentFormat.SCREEN) if output else DocumentFormat.SCREEN


def give(content: Value, sheet: Sheet, document_format: DocumentFormat, output: Path | None) -> None:
    """The document in that format: JSON is the content itself, the others are the sheet."""
    match document_format:
        case DocumentFormat.JSON:
            write(content.model_dump_json(indent=2) + "\n", output)
        case DocumentFormat.MARKDOWN:
            write(markdown.render(sheet), output)
        case DocumentFormat.HTML:
            write(html.render(sheet), output)
        case DocumentFormat.SCREEN:
            print_to(lambda console: screen.show(sheet, console), output)


def print_to(show: Callable[[Console], None], output: Path | None) -> None:
    """Print on the screen, or what the screen would have shown into a file."""
    if output is None:
        show(Console(highlight=False))
        return
    text = io.StringIO()
    show(Console(file=text, width=WIDTH))
    write(text.getvalue(), output)


def write(text: str, output: Path | None) -> None:
    """Write to the file, or to standard output."""
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_file(output, text)
