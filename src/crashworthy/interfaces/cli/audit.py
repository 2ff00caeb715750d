"""`crashworthy audit`: what the source alone makes one suspect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from crashworthy.audit.engine import AuditResult, audit
from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli.options import service_folder, weaknesses_named
from crashworthy.interfaces.cli.paragraphs import print_paragraph
from crashworthy.source.parse import parse_folder
from crashworthy.weaknesses.catalogue import CATALOGUE


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("audit", epilog="[bold]Example[/]  crashworthy audit . --only lost-update")(audit_command)


def audit_command(
    path: Annotated[Path, typer.Argument(help="The folder of the service.")] = Path(),
    only: Annotated[list[str] | None, typer.Option(help="Look for this weakness only. Repeatable.")] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave this weakness out. Repeatable.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List suspicions: what would break, where, and which operations reach it. Runs nothing; exits 0.

    A suspicion is information. Only `crashworthy test` can prove it.
    """
    tree = parse_folder(service_folder(path))
    if not tree.files and not tree.unread:
        raise CrashworthyError(
            f"there is no Python source in {path}",
            remedy="The audit reads Python only; `crashworthy test` tests other languages from outside.",
        )
    result = audit(tree, only=weaknesses_named(only or []), skip=weaknesses_named(skip or []))
    if as_json:
        document = {
            "suspicions": [suspicion.model_dump(mode="json") for suspicion in result.suspicions],
            "unread": [{"what": what, "why": why} for what, why in result.unread],
        }
        typer.echo(json.dumps(document, indent=2))
        return
    _print(result, len(tree.files))


def _print(result: AuditResult, files: int) -> None:
    console = Console(highlight=False)
    for suspicion in result.suspicions:
        weakness = CATALOGUE[suspicion.weakness]
        print_paragraph(console, Text.assemble((str(suspicion.location), "bold"), "  ", suspicion.message))
        reached = ", ".join(suspicion.operations) or "no operation known to reach it"
        print_paragraph(console, Text(f"{weakness.id} ({weakness.severity})  {reached}", style="dim"), indent=4)
    for what, why in result.unread:
        print_paragraph(console, Text(f"not read: {what}: {why}", style="yellow"))
    count = len(result.suspicions)
    console.print(f"\n{count} suspicion{'s' * (count != 1)} in {files} files. `crashworthy test` tries to prove them.")
