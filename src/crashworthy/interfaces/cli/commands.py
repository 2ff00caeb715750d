"""Which module holds which command. A command's module is imported when the command is called, not before:
`crashworthy audit` need not wait for what the lab and the ledger import.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

MODULES = {
    "test": "crash_test",
    "reach": "reach",
    "audit": "audit",
    "replay": "proofs",
    "show": "proofs",
    "bundle": "proofs",
    "playbook": "playbook",
    "design": "design",
    "ledger": "ledger",
    "role": "roles",
    "weakness": "weakness",
    "schema": "schema",
}
"""Commands in the order of `--help`, and the modules of this package that register them."""


class Commands(TyperGroup):
    """The group of all commands, each imported on its first use."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is the base class's
        """The names of the commands."""
        return list(MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; its module registers it, with others perhaps."""
        if cmd_name not in self.commands and cmd_name in MODULES:
            part = typer.Typer(rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]})
            part.callback()(_nothing)
            import_module(f"crashworthy.interfaces.cli.{MODULES[cmd_name]}").register(part)
            for name, command in typer.main.get_group(part).commands.items():
                self.add_command(command, name)
        return super().get_command(ctx, cmd_name)


def _nothing() -> None:
    """A callback keeps a part with a single command a group."""
