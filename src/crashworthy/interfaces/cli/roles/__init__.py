"""`crashworthy role`: which tasks of a role can be handed to an AI, how much is known about it, and what follows."""

from __future__ import annotations

import typer

from crashworthy.interfaces.cli.roles import assess, description, library, pivot, scenario, show

_PARTS = (show, library, assess, pivot, scenario, description)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    role = typer.Typer(no_args_is_help=True, help="Which tasks of a role can be handed to an AI, by the evidence.")
    role.callback()(_role)
    for part in _PARTS:
        part.register(role)
    app.add_typer(role, name="role")


def _role() -> None:
    """Which tasks of a role can be handed to an AI, by the evidence."""
