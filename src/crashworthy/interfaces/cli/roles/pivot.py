"""`crashworthy role pivot` and `learn`: plans for one person, from their own files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli.roles.giving import (
    AsJson,
    Format,
    HoursPerWeek,
    LedgerUrl,
    Output,
    RoleName,
    assessment_of,
    evidence_of,
    give,
    wanted,
)
from crashworthy.reports.roles import learning as learning_sheet
from crashworthy.reports.roles import pivot as pivot_sheet
from crashworthy.roles.documents.learning import learning_plan
from crashworthy.roles.documents.pivot import pivot_plan
from crashworthy.roles.documents.skills import RELIED_ON, read_skills
from crashworthy.roles.intake import read_duties
from crashworthy.roles.load import ENDINGS, find_role
from crashworthy.roles.mapping import map_duties, role_of
from crashworthy.roles.model import Role

Have = Annotated[
    Path | None, typer.Option("--have", help="What you can do, from 0 to 3 per skill; read, and kept nowhere.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("pivot", epilog="[bold]Example[/]  crashworthy role pivot --tasks my-week.md --to platform-engineer")(
        pivot
    )
    app.command("learn", epilog="[bold]Example[/]  crashworthy role learn backend --goal data --weeks 12")(learn)


def pivot(
    role: Annotated[str | None, typer.Argument(metavar="[ROLE]", help="A role to start from, without --tasks.")] = None,
    tasks: Annotated[
        Path | None, typer.Option("--tasks", help="Your own tasks: text, Markdown, PDF, or a role file; kept nowhere.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="A role that you want to reach.")] = None,
    have: Have = None,
    least_wage: Annotated[
        int | None,
        typer.Option("--least-wage", help="Roles with at least this known median wage, in US dollars a year."),
    ] = None,
    no_experience: Annotated[
        bool, typer.Option("--no-experience", help="Only roles that need no experience in a related occupation.")
    ] = False,
    hours: HoursPerWeek = 5.0,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Plan one person's way: their tasks, what is near and stays with people, other roles, and what to do."""
    start, unknown = _start(role, tasks)
    content = pivot_plan(
        assessment_of(start, ledger),
        evidence_of(start, ledger),
        unknown=unknown,
        have=_have(have),
        hours_per_week=hours,
        least_wage=least_wage,
        no_experience=no_experience,
        target=find_role(to) if to else None,
    )
    give(content, pivot_sheet.lay_out(content), wanted(as_json, document_format, output), output)


def learn(
    role: RoleName,
    goal: Annotated[str | None, typer.Option("--goal", help="A role that you want to reach.")] = None,
    have: Have = None,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=104)] = 12,
    hours: HoursPerWeek = 5.0,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Plan what to learn in a number of weeks, by what the ledger shows and where one wants to go."""
    found = find_role(role)
    content = learning_plan(
        assessment_of(found, ledger),
        evidence_of(found, ledger),
        goal=find_role(goal) if goal else None,
        have=_have(have) or (),
        weeks=weeks,
        hours_per_week=hours,
    )
    give(content, learning_sheet.lay_out(content), wanted(as_json, document_format, output), output)


def _start(role: str | None, tasks: Path | None) -> tuple[Role, float]:
    """Where the person stands, and the share of their time that is no known task."""
    if tasks is None:
        if role is None:
            raise CrashworthyError("whose tasks?", remedy="Name a role, or give your own: --tasks FILE.")
        return find_role(role), 0.0
    if tasks.suffix.lower() in ENDINGS:
        return find_role(str(tasks)), 0.0
    mapping = map_duties(read_duties(tasks))
    found = role_of(mapping, "Your tasks")
    if found is None:
        raise CrashworthyError(
            f"none of the tasks in {tasks} is known",
            remedy="`crashworthy role assess FILE` shows how alike each line is to known tasks.",
        )
    return found, mapping.unknown


def _have(file: Path | None) -> tuple[str, ...] | None:
    if file is None:
        return None
    return tuple(skill for skill, level in read_skills(file).items() if level >= RELIED_ON)
