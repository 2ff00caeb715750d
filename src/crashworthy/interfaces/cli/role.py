"""`crashworthy role`: which tasks of a role can be handed to an AI, and how much is known about it."""

from __future__ import annotations

import difflib
import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli.role_view import print_explanation, print_role
from crashworthy.ledger.store import open_ledger
from crashworthy.reports.role import render
from crashworthy.roles.evidence import read_evidence
from crashworthy.roles.load import find_role, library
from crashworthy.roles.model import Role
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.score import RoleAssessment, assess, to_page

_ROLE = typer.Argument(help="A role of the library, or a file: ROLE.toml.")
_LEDGER = typer.Option("--ledger", help="Database URL of the ledger; CRASHWORTHY_LEDGER or a local file by default.")

_WIDTH = 120

_SHOW_EXAMPLES = """
[bold]Examples[/]

  crashworthy role show backend-engineer
  crashworthy role show backend-engineer --json | jq .score
  crashworthy role show backend-engineer --format html -o role.html
  crashworthy role show my-role.toml --ledger postgresql://user@host/evidence
"""

role_app = typer.Typer(no_args_is_help=True, help="Which tasks of a role can be handed to an AI, by the evidence.")


class PageFormat(StrEnum):
    """How a role is shown."""

    SCREEN = "screen"
    HTML = "html"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(role_app, name="role")


@role_app.callback()
def _role() -> None:
    """Which tasks of a role can be handed to an AI, by the evidence."""


@role_app.command("list", epilog="[bold]Example[/]  crashworthy role list")
def list_roles() -> None:
    """List the roles of the library."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("role", no_wrap=True)
    table.add_column("tasks", justify="right")
    table.add_column("what it does")
    for role in library().values():
        table.add_row(role.id, str(len(role.tasks)), role.description)
    Console(highlight=False).print(table)


@role_app.command("show", epilog=_SHOW_EXAMPLES)
def show(
    role: Annotated[str, _ROLE],
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    page_format: Annotated[PageFormat, typer.Option("--format", help="screen, html or json")] = PageFormat.SCREEN,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output by default.")] = None,
    ledger: Annotated[str | None, _LEDGER] = None,
) -> None:
    """Show each task's stage with its interval, the score, and how much of it is opinion and how much evidence."""
    assessment = _assess(find_role(role), ledger)
    wanted = PageFormat.JSON if as_json else page_format
    if wanted is PageFormat.JSON:
        _give(to_page(assessment).model_dump_json(indent=2) + "\n", output)
    elif wanted is PageFormat.HTML:
        _give(render(assessment, shipped_prior()), output)
    else:
        text = io.StringIO()
        print_role(Console(file=text, width=_WIDTH) if output else Console(highlight=False), assessment)
        if output is not None:
            _give(text.getvalue(), output)


@role_app.command("explain", epilog="[bold]Example[/]  crashworthy role explain backend-engineer database-queries")
def explain(
    role: Annotated[str, _ROLE],
    task: Annotated[str, typer.Argument(help="A task of the role, as `show` names it.")],
    ledger: Annotated[str | None, _LEDGER] = None,
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
    chosen = _assess(found, ledger).task(task)
    assert chosen is not None
    print_explanation(Console(highlight=False), found, chosen, shipped_prior())


def _assess(role: Role, ledger: str | None) -> RoleAssessment:
    evidence = read_evidence(open_ledger(ledger), [task.id for task in role.tasks])
    return assess(role, evidence, shipped_prior())


def _give(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise CrashworthyError(f"{output} cannot be written: {problem.strerror}") from None
