"""`crashworthy design`: whether the constraints can hold together, and the brief for the AI that writes the code."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from crashworthy.constraints.ask import ask_constraints, to_toml
from crashworthy.constraints.brief import acceptance_criteria, to_markdown
from crashworthy.constraints.feasibility import Feasibility, Outcome, examine
from crashworthy.constraints.load import FILE_NAME, load_constraints
from crashworthy.constraints.model import Constraints
from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli.options import service_folder
from crashworthy.interfaces.cli.paragraphs import print_paragraph

_EXAMPLES = """
[bold]Examples[/]

  crashworthy design .                        what cannot hold together, then the brief
  crashworthy design . --output BRIEF.md      keep the brief, to give it to an AI
  crashworthy design . --json

Without a crashworthy.toml, and with a terminal, it asks.

[bold]Exit codes[/]  0 can hold, 1 cannot hold together, 2 an error
"""
_STYLE = {
    Outcome.HOLDS: "green",
    Outcome.CONDITIONAL: "yellow",
    Outcome.IMPOSSIBLE: "bold red",
    Outcome.UNSTATED: "dim",
}
_INFEASIBLE = 1


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("design", epilog=_EXAMPLES)(design)


def design(
    path: Annotated[Path, typer.Argument(help=f"The folder that holds {FILE_NAME}.")] = Path(),
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the brief here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print checks and criteria as JSON.")] = False,
) -> None:
    """Check by arithmetic whether the constraints can hold together, and write the brief for an AI from them."""
    constraints = _constraints(service_folder(path), may_ask=not as_json)
    feasibility = examine(constraints)
    criteria = acceptance_criteria(constraints)
    brief = to_markdown(constraints, feasibility, criteria)
    if as_json:
        document = {
            "feasible": feasibility.feasible,
            "checks": [check.model_dump(mode="json") for check in feasibility.checks],
            "criteria": [criterion.model_dump(mode="json") for criterion in criteria],
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _print(feasibility)
    if output is not None:
        _write(output, brief)
    elif not as_json:
        typer.echo(f"\n{brief}", nl=False)
    if not feasibility.feasible:
        raise typer.Exit(_INFEASIBLE)


def _constraints(folder: Path, *, may_ask: bool) -> Constraints:
    file = folder / FILE_NAME
    if file.exists() or not may_ask or not _at_a_terminal():
        return load_constraints(folder)
    typer.echo(f"There is no {FILE_NAME} in {folder}. Press Enter to leave a question out.\n")
    constraints = ask_constraints(_ask, lambda problem: typer.echo(f"  {problem}"))
    text = to_toml(constraints.model_dump(mode="json", exclude_defaults=True))
    if text and typer.confirm(f"\nWrite these answers to {file}?", default=True):
        _write(file, text)
    typer.echo()
    return constraints


def _at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _ask(question: str) -> str:
    answer: str = typer.prompt(question, default="", show_default=False, prompt_suffix=" ")
    return answer


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise CrashworthyError(f"{file} cannot be written: {problem.strerror}") from None
    typer.echo(f"wrote {file}", err=True)


def _print(feasibility: Feasibility) -> None:
    console = Console(highlight=False)
    for check in feasibility.checks:
        label = Text(f"{check.outcome.value:<14}", style=_STYLE[check.outcome])
        print_paragraph(console, Text.assemble(label, (check.title, "bold")))
        for line in (check.arithmetic, check.says):
            if line:
                print_paragraph(console, line, indent=14)
    impossible = sum(check.outcome is Outcome.IMPOSSIBLE for check in feasibility.checks)
    if impossible:
        console.print(f"\n{impossible} of {len(feasibility.checks)} checks cannot hold.", style="bold red")
    elif all(check.outcome is Outcome.UNSTATED for check in feasibility.checks):
        console.print(
            f"\nNothing is stated that could be checked. See `crashworthy schema constraints` for {FILE_NAME}."
        )
    else:
        console.print("\nNothing that is stated contradicts the rest.", style="green")
