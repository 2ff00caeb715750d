"""`crashworthy role library` and `skills`: what there is, and what is asked of people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crashworthy.interfaces.cli.roles.giving import (
    AsJson,
    Format,
    LedgerUrl,
    Output,
    RoleName,
    assessment_of,
    evidence_of,
    give,
    wanted,
)
from crashworthy.reports.roles import library as library_sheet
from crashworthy.reports.roles import skills as skills_sheet
from crashworthy.roles.documents.library import library_document
from crashworthy.roles.documents.skills import read_skills, skill_document
from crashworthy.roles.load import find_role


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("library", epilog="[bold]Example[/]  crashworthy role library data-engineer")(show_library)
    app.command("list", hidden=True)(show_library)
    app.command("skills", epilog="[bold]Example[/]  crashworthy role skills backend-engineer --have my-skills.toml")(
        skills
    )


def show_library(
    role: Annotated[str | None, typer.Argument(help="A role to open: its tasks and skills.")] = None,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
) -> None:
    """List the roles that come with crashworthy, or open one: tasks, what each takes, skills, published figures."""
    content = library_document(find_role(role) if role else None)
    give(content, library_sheet.lay_out(content), wanted(as_json, document_format, output), output)


def skills(
    role: RoleName,
    have: Annotated[
        Path | None,
        typer.Option("--have", help="What one person can do, from 0 to 3 per skill; read, and kept nowhere."),
    ] = None,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Show emerging, steady and declining skills by priority, what the team's changes broke by, and what one lacks."""
    found = find_role(role)
    content = skill_document(
        assessment_of(found, ledger), evidence_of(found, ledger), read_skills(have) if have else None
    )
    give(content, skills_sheet.lay_out(content), wanted(as_json, document_format, output), output)
