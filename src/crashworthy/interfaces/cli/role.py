"""`crashworthy role`: which tasks of a role can be handed to an AI, and how much is known about it."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table

from crashworthy.roles.load import library

role_app = typer.Typer(no_args_is_help=True, help="Which tasks of a role can be handed to an AI, by the evidence.")


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
    for column in ("role", "title", "tasks", "what it does"):
        table.add_column(column, overflow="fold")
    for role in library().values():
        table.add_row(role.id, role.title, str(len(role.tasks)), role.description)
    Console(highlight=False).print(table)
