"""`crashworthy role show` and `explain`: every task's stage, and every figure opened."""

from __future__ import annotations

import difflib
from typing import Annotated

import typer
from rich.console import Console

from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli.roles.board import print_explanation, print_role
from crashworthy.interfaces.cli.roles.giving import (
    AsJson,
    DocumentFormat,
    Format,
    LedgerUrl,
    Output,
    RoleName,
    assessment_of,
    print_to,
    wanted,
    write,
)
from crashworthy.interfaces.cli.roles.saved import proofs_of
from crashworthy.reports.roles import markdown
from crashworthy.reports.roles.page import render
from crashworthy.reports.roles.show import lay_out
from crashworthy.roles.load import find_role
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.score import to_page

_SHOW_EXAMPLES = """
[bold]Examples[/]

  crashworthy role show backend-engineer
  crashworthy role show backend-engineer --json | jq .score
  crashworthy role show backend-engineer -o role.md
  crashworthy role show backend-engineer --format html -o role.html
  crashworthy role show my-role.toml --ledger postgresql://user@host/evidence
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("show", epilog=_SHOW_EXAMPLES)(show)
    app.command("explain", epilog="[bold]Example[/]  crashworthy role explain backend-engineer database-queries")(
        explain
    )


def show(
    role: RoleName,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Show each task's stage with its interval, the score, and how much of it is opinion and how much evidence."""
    assessment = assessment_of(role, ledger)
    match wanted(as_json, document_format, output):
        case DocumentFormat.JSON:
            write(to_page(assessment).model_dump_json(indent=2) + "\n", output)
        case DocumentFormat.MARKDOWN:
            write(markdown.render(lay_out(assessment)), output)
        case DocumentFormat.HTML:
            write(render(assessment, shipped_prior(), proofs_of(assessment)), output)
        case DocumentFormat.SCREEN:
            print_to(lambda console: print_role(console, assessment), output)


def explain(
    role: RoleName,
    task: Annotated[str, typer.Argument(help="A task of the role, as `show` names it.")],
    ledger: LedgerUrl = None,
) -> None:
    """Open the figures of one task: sources, arithmetic, and the runs behind them."""
    found = find_role(role)
    if found.task(task) is None:
        known = [each.id for each in found.tasks]
        near = difflib.get_close_matches(task, known, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise CrashworthyError(
            f"{found.id} has no task called {task!r}", remedy=f"{hint}Its tasks: {', '.join(known)}."
        )
    chosen = assessment_of(found, ledger).task(task)
    assert chosen is not None
    print_explanation(Console(highlight=False), found, chosen, shipped_prior())
