"""`crashworthy`: the commands, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated

import typer
from rich.console import Console

from crashworthy import __version__
from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli.commands import Commands
from crashworthy.reports.legible import visible
from crashworthy.verdict.policy import EXIT_ERROR

app = typer.Typer(
    name="crashworthy",
    cls=Commands,
    help="Crash-test backend code that an AI wrote, and tell from the evidence what to hand to an AI.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crashworthy {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Crash-test backend code that an AI wrote, and tell from the evidence what to hand to an AI."""


def main() -> None:
    """Run the command line. Exit codes: 0 holds, 1 breaks, 2 an error, 3 unknown."""
    try:
        app(standalone_mode=True)
    except CrashworthyError as problem:
        _print_error(problem)
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output left; there is nobody to tell. Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_ERROR)
    except Exception as failure:  # noqa: BLE001 - Python would exit with 1, which here means that the service breaks
        _print_error(
            CrashworthyError(
                f"crashworthy itself failed: {type(failure).__name__}: {failure}",
                remedy="Please report this with the lines above; nothing of it is the service's fault.",
                details="".join(traceback.format_exc(limit=-8)),
            )
        )
        sys.exit(EXIT_ERROR)


def _print_error(problem: CrashworthyError) -> None:
    """The problem, in which a service may have had its say."""
    console = Console(stderr=True, highlight=False)
    console.print("[bold red]error:[/] ", end="")
    console.print(visible(problem.message), markup=False, soft_wrap=True)
    if problem.details:
        for line in visible(problem.details).rstrip().splitlines():
            console.print("  " + line, style="dim", markup=False, soft_wrap=True)
    if problem.remedy:
        console.print("[bold]try:[/] ", end="")
        console.print(visible(problem.remedy), markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
