"""`crashworthy role jd`, `posting` and `interview`: documents for people who do the work, or apply for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from crashworthy.core.errors import CrashworthyError
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
from crashworthy.interfaces.cli.roles.saved import latest_reports, source_of
from crashworthy.ledger.store import open_ledger
from crashworthy.reports.roles import description as sheet
from crashworthy.reports.roles import interview as interview_sheet
from crashworthy.roles.documents.description import before, compare, describe
from crashworthy.roles.documents.interview import interview_kit
from crashworthy.roles.documents.posting import posting as posting_of
from crashworthy.roles.load import find_role

_MOST_RUNS = 50


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("jd", epilog="[bold]Example[/]  crashworthy role jd backend-engineer --diff")(description)
    app.command("posting", epilog="[bold]Example[/]  crashworthy role posting backend -o posting.md")(posting)
    app.command("interview", epilog="[bold]Example[/]  crashworthy role interview backend -o kit.html")(interview)


def description(
    role: RoleName,
    save: Annotated[bool, typer.Option("--save", help="Keep this version in the ledger.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="What changed since the version of a quarter ago, and why.")
    ] = False,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Write the job description as the evidence stands, keep it, or say what changed and because of which changes."""
    found, store = find_role(role), open_ledger(ledger)
    content = describe(assessment_of(found, ledger))
    form = wanted(as_json, document_format, output)
    if not diff:
        give(content, sheet.lay_out(content), form, output)
    else:
        kept = before(store.descriptions(found.id), datetime.now(UTC))
        if kept is None:
            raise CrashworthyError(
                f"no version of {found.id} is in the ledger yet",
                remedy=f"`crashworthy role jd {role} --save` keeps one.",
            )
        changes = compare(*kept, content, evidence_of(found, ledger))
        give(changes, sheet.lay_out_diff(changes), form, output)
    if save:
        version = store.describe(found.id, content.model_dump(mode="json"))
        typer.echo(f"kept as version {version}", err=True)


def posting(
    role: RoleName,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Write a job posting that says what people decide, what tools do, what is asked and what is not."""
    content = posting_of(describe(assessment_of(role, ledger)))
    give(content, sheet.lay_out_posting(content), wanted(as_json, document_format, output), output)


def interview(
    role: RoleName,
    exercises: Annotated[int, typer.Option("--exercises", min=1, max=12)] = 4,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Make an interview kit of defects that were proven here, shortened and made anonymous, with the proofs as key."""
    content = interview_kit(find_role(role), latest_reports(_MOST_RUNS), source_of(open_ledger(ledger)), most=exercises)
    give(content, interview_sheet.lay_out(content), wanted(as_json, document_format, output), output)
