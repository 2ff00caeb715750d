"""`crashworthy role assess`: a job description or a list of tasks, mapped to known tasks that can be corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crashworthy.interfaces.cli.roles.giving import (
    AsJson,
    Format,
    LedgerUrl,
    Output,
    assessment_of,
    give,
    wanted,
    write,
)
from crashworthy.reports.roles import assessed as sheet
from crashworthy.roles.documents.assessed import assessed_document
from crashworthy.roles.intake import read_duties
from crashworthy.roles.load import ENDINGS, find_role
from crashworthy.roles.mapping import Mapping, map_duties, role_file, role_of
from crashworthy.roles.score import RoleAssessment


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("assess", epilog="[bold]Example[/]  crashworthy role assess posting.pdf --write our-role.toml")(assess)


def assess(
    file: Annotated[Path, typer.Argument(help="Text, Markdown or PDF with duties, or a role: TOML or YAML.")],
    title: Annotated[
        str | None, typer.Option("--title", help="What the role is called; the file's name by default.")
    ] = None,
    write_to: Annotated[
        Path | None, typer.Option("--write", help="Write the mapping as a role file to correct and use.")
    ] = None,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Map what somebody does to known tasks, say how alike they are, and compare with the library."""
    name = title or file.stem.replace("-", " ").replace("_", " ").capitalize()
    if file.suffix.lower() in ENDINGS:
        role = find_role(str(file))
        mapping = Mapping(duties=(), shares={task.id: task.share for task in role.tasks}, unknown=0.0)
        assessment: RoleAssessment | None = assessment_of(role, ledger)
    else:
        mapping = map_duties(read_duties(file))
        known = role_of(mapping, name)
        assessment = assessment_of(known, ledger) if known else None
        if write_to is not None:
            write(role_file(mapping, name), write_to)
    content = assessed_document(name if assessment is None else assessment.role.title, mapping, assessment)
    give(content, sheet.lay_out(content), wanted(as_json, document_format, output), output)
