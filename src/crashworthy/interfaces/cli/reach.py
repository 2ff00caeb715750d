"""`crashworthy reach`: which operations crashworthy can use, as whom, in how many requests, or why not."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crashworthy.constraints.load import load_constraints
from crashworthy.core.events import ReachFinished
from crashworthy.interfaces.cli.live import Progress
from crashworthy.interfaces.cli.options import recordings_given, seed_or_random, service_folder, variables_given
from crashworthy.reports.legible import visible
from crashworthy.run.folder import create_run_folder
from crashworthy.run.outside import TestRequest
from crashworthy.run.reach import reach

_BUDGET_S = 60.0
_ENOUGH = 0.9
_EXIT_TOO_FEW = 3

_EXAMPLES = """
[bold]Examples[/]

  crashworthy reach .                                  a table, one line per operation
  crashworthy reach . --openapi api.yaml --env API_KEY
  crashworthy reach . --format json > reach.json

[bold]Exit codes[/]  0 at least 90 % reached, 2 an error of use or of ours, 3 fewer
"""


class Format(StrEnum):
    """How the result is printed."""

    SCREEN = "screen"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("reach", epilog=_EXAMPLES)(reach_command)


def reach_command(
    path: Annotated[Path, typer.Argument(help="The folder of the service.")] = Path(),
    budget: Annotated[float, typer.Option(min=5, help="Seconds for learning; installing is not counted.")] = _BUDGET_S,
    output_format: Annotated[Format, typer.Option("--format", help="How to print the result.")] = Format.SCREEN,
    openapi: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The API's description.")] = None,
    recording: Annotated[
        list[Path] | None,
        typer.Option(help="Requests to learn from: HAR, .http or .rest, or curl lines. Repeatable.", metavar="FILE"),
    ] = None,
    python: Annotated[Path | None, typer.Option(help="The interpreter that has the service's packages.")] = None,
    env: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, or NAME to pass yours on. Repeatable.")] = None,
    seed: Annotated[int | None, typer.Option(help="Repeat the plan of an earlier run.")] = None,
    remember: Annotated[
        bool, typer.Option("--remember/--no-remember", help="Start from what earlier runs learned, and keep this.")
    ] = True,
    contain: Annotated[
        bool, typer.Option("--contain/--no-contain", help="Run the service in namespaces of its own.")
    ] = True,
) -> None:
    """Learn to use the service's API, and say how far that came: an experiment cannot break what is not reached."""
    source = service_folder(path)
    constraints = load_constraints(source)
    declared = constraints.service
    request = TestRequest(
        source=source,
        constraints=constraints,
        openapi=openapi or (source / declared.openapi if declared.openapi else None),
        recordings=recordings_given(recording or []),
        python=python or (source / declared.python if declared.python else None),
        given=variables_given(env or []),
        budget_s=budget,
        seed=seed_or_random(seed),
        contain=contain,
        remember=remember,
    )
    console = Console(stderr=output_format is Format.JSON, highlight=False)
    with Progress(console) as progress:
        result = reach(request, create_run_folder(), progress)
    if output_format is Format.JSON:
        typer.echo(result.model_dump_json(indent=2, exclude={"event"}))
    else:
        print_reach(result, console)
    raise typer.Exit(exit_code(result))


def exit_code(result: ReachFinished) -> int:
    """0 where at least 90 % of the operations were reached, else 3."""
    reached = sum(each.reached for each in result.operations)
    return 0 if result.operations and reached >= _ENOUGH * len(result.operations) else _EXIT_TOO_FEW


def print_reach(result: ReachFinished, console: Console) -> None:
    """A line for each operation, and the total."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    for title in ("operation", "reached as", "in requests", "or why not"):
        # A path that is cut at its end could be any of several.
        table.add_column(title, overflow="fold")
    for each in result.operations:
        # Names of paths and words of refusals are the service's own.
        whom = Text(", ".join(each.actors), style="green") if each.reached else Text("no", style="red")
        count = Text(str(each.requests) if each.reached else "", justify="right")
        table.add_row(Text(visible(each.operation)), whom, count, Text(visible(each.why or "")))
    console.print(table)
    reached = sum(each.reached for each in result.operations)
    console.print(
        f"\n{reached} of {len(result.operations)} operations reached "
        f"with {result.requests} requests in {result.seconds:.1f} s (seed {result.seed})"
    )
