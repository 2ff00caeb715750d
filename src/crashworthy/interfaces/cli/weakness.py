"""`crashworthy weakness`: what a weakness is, how it is suspected and proven, and how it is mended."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from crashworthy.audit.pages import pages
from crashworthy.interfaces.cli.options import weaknesses_named
from crashworthy.weaknesses.catalogue import CATALOGUE


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("weakness", epilog="[bold]Example[/]  crashworthy weakness lost-update")(weakness)


def weakness(
    name: Annotated[str | None, typer.Argument(metavar="ID", help="A weakness; without one, all are listed.")] = None,
) -> None:
    """Print a weakness's page of the catalogue, or list all weaknesses."""
    console = Console(highlight=False)
    if name is None:
        _list(console)
        return
    weaknesses_named([name])
    page = pages()[f"{name}.md"]
    if console.is_terminal:
        console.print(Markdown(page))
    else:
        typer.echo(page, nl=False)


def _list(console: Console) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("weakness", no_wrap=True)
    table.add_column("severity")
    table.add_column("CWE", justify="right")
    table.add_column("what happens")
    family = None
    for each in sorted(CATALOGUE.values(), key=lambda each: each.family):
        if each.family != family:
            family = each.family
            table.add_row(Text(family.value, style="bold dim"))
        table.add_row(each.id, each.severity.value, str(each.cwe or ""), each.title)
    console.print(table)
