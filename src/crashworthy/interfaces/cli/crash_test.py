"""`crashworthy test`: the main job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crashworthy.audit.engine import audit
from crashworthy.constraints.load import load_constraints
from crashworthy.constraints.model import Service
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.report import RunReport
from crashworthy.core.weakness import Severity
from crashworthy.interfaces.cli.live import Progress
from crashworthy.interfaces.cli.options import (
    recordings_given,
    seed_or_random,
    service_folder,
    usual_jobs,
    variables_given,
    weaknesses_named,
)
from crashworthy.interfaces.cli.paragraphs import print_paragraph
from crashworthy.lab.experiments.registry import EXPERIMENTS
from crashworthy.ledger.author import author_of, difference_of
from crashworthy.ledger.store import open_ledger
from crashworthy.reports.outputs import Output, pair_outputs, write_outputs
from crashworthy.roles.change import files_of_diff
from crashworthy.roles.classify import classify
from crashworthy.run.folder import create_run_folder
from crashworthy.run.job import DEFAULT_BUDGET_S
from crashworthy.run.outside import TestRequest, run_test
from crashworthy.source.parse import parse_folder

_EXAMPLES = """
[bold]Examples[/]

  crashworthy test .                                        test the service in this folder
  crashworthy test . --format html --output report.html     keep a page to look at
  crashworthy test . --format sarif --output out.sarif --format junit --output junit.xml
  crashworthy test . --only lost-update --budget 60 --tests tests/crash
  crashworthy test . --recording browser.har --recording api.http
  crashworthy test . --env STRIPE_KEY=sk_test_1 --openapi api.yaml

[bold]Exit codes[/]  0 holds, 1 breaks, 2 an error of use or of ours, 3 unknown
"""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("test", epilog=_EXAMPLES)(crash_test)


def crash_test(
    path: Annotated[Path, typer.Argument(help="The folder of the service.")] = Path(),
    budget: Annotated[float, typer.Option(min=5, help="Seconds for all experiments; installing is not counted.")] = (
        DEFAULT_BUDGET_S
    ),
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="screen, html, sarif, junit, markdown or json. May be repeated."),
    ] = None,
    outputs: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", help="Where the format before it goes; '-' is standard output."),
    ] = None,
    openapi: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The API's description.")] = None,
    recording: Annotated[
        list[Path] | None,
        typer.Option(help="Requests to learn from: HAR, .http or .rest, or curl lines. Repeatable.", metavar="FILE"),
    ] = None,
    python: Annotated[Path | None, typer.Option(help="The interpreter that has the service's packages.")] = None,
    env: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, or NAME to pass yours on. Repeatable.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Try this weakness only. Repeatable.")] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave this weakness out. Repeatable.")] = None,
    seed: Annotated[int | None, typer.Option(help="Repeat the plan of an earlier run.")] = None,
    fail_on: Annotated[Severity, typer.Option(help="The least severity of a proof that breaks.")] = Severity.MAJOR,
    allow_unknown: Annotated[bool, typer.Option("--allow-unknown", help="Exit 0 when the verdict is unknown.")] = False,
    tests: Annotated[Path | None, typer.Option(help="Write each proof as a pytest file into this folder.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the copy of the service in the run's folder.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="Say what would be tried, and run nothing.")] = False,
    install: Annotated[
        str | None,
        typer.Option(help="'all' also installs packages that are unknown or need a build.", metavar="all"),
    ] = None,
    contain: Annotated[
        bool, typer.Option("--contain/--no-contain", help="Run the service in namespaces of its own.")
    ] = True,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, help="Copies of the service to experiment on side by side: 2, or 1 on one processor."
        ),
    ] = None,
    remember: Annotated[
        bool, typer.Option("--remember/--no-remember", help="Start from what earlier runs learned, and keep this.")
    ] = True,
    ledger: Annotated[str | None, typer.Option(help="Database URL of the ledger.")] = None,
    no_ledger: Annotated[bool, typer.Option("--no-ledger", help="Keep no evidence of this run.")] = False,
    author: Annotated[str | None, typer.Option(help="Who wrote the change: 'human' or 'ai'.")] = None,
    agent: Annotated[str | None, typer.Option(help="The AI agent that wrote the change.")] = None,
    model: Annotated[str | None, typer.Option(help="The AI model that wrote the change.")] = None,
) -> None:
    """Start the service, try to break it, and show what broke, proven."""
    source = service_folder(path)
    constraints = load_constraints(source)
    request = TestRequest(
        source=source,
        constraints=constraints,
        openapi=openapi or _named(source, constraints.service.openapi),
        recordings=recordings_given(recording or []),
        python=python or _named(source, constraints.service.python),
        given=variables_given(env or []),
        budget_s=budget,
        seed=seed_or_random(seed),
        only=weaknesses_named(only or []),
        skip=weaknesses_named(skip or []),
        fail_on=fail_on,
        allow_unknown=allow_unknown,
        install_all=install == "all",
        contain=contain,
        lanes=jobs or usual_jobs(),
        keep=keep,
        remember=remember,
    )
    if install not in (None, "all"):
        raise CrashworthyError(f"--install {install!r} is not known", remedy="The only value is: --install all")
    if listing:
        _list(request)
        return
    wanted = pair_outputs(formats or [], outputs or [])
    folder = create_run_folder()
    writer = author_of(source, author=author, agent=agent, model=model)
    book = None if no_ledger else open_ledger(ledger)
    if book is not None:
        book.begin(folder.id, source, writer, budget_s=request.budget_s, seed=request.seed, constraints=constraints)
        diff, messages = difference_of(source)
        book.classify(folder.id, classify(files_of_diff(diff), messages), said_by="change", why="what it touches")
    with Progress(_progress_console(wanted)) as progress:
        report = run_test(request, folder, progress)
    if book is not None:
        book.finish(report)
    write_outputs(report, wanted)
    if tests is not None:
        _write_tests(report, source, tests, constraints.service)
    raise typer.Exit(report.judgement.exit_code)


def _named(source: Path, name: str | None) -> Path | None:
    """A path that crashworthy.toml names, relative to its folder."""
    return source / name if name else None


def _progress_console(wanted: tuple[Output, ...]) -> Console:
    """Progress goes to standard error when a report for machines takes standard output."""
    return Console(stderr=any(output.to_stdout and output.format != "screen" for output in wanted), highlight=False)


def _write_tests(report: RunReport, source: Path, folder: Path, service: Service) -> None:
    from crashworthy.lab.proof.write_test import write_tests

    written = write_tests(
        report.proofs, source, folder, command=service.command, cwd=service.cwd, environment=service.env
    )
    for file in written:
        typer.echo(f"wrote {file}", file=sys.stderr)


def _list(request: TestRequest) -> None:
    """What would be tried: experiments, and the suspicions that lead them."""
    console = Console(highlight=False)
    tree = parse_folder(request.source)
    result = audit(tree, only=request.only, skip=request.skip)
    console.print(f"{len(tree.operations)} operations known from the source", style="bold")
    for operation in tree.operations:
        console.print(f"  {operation.name}", markup=False)
    for experiment in EXPERIMENTS:
        wanted = {
            weakness.id
            for weakness in experiment.weaknesses
            if (not request.only or weakness.id in request.only) and weakness.id not in request.skip
        }
        if not wanted:
            continue
        console.print(f"\n{experiment.title}", style="bold")
        fits = "tried on every operation it fits, suspected ones first"
        print_paragraph(console, f"proves {', '.join(sorted(wanted))}; {fits}", indent=2)
        for suspicion in result.suspicions:
            if suspicion.weakness in wanted:
                print_paragraph(console, f"{suspicion.location}  {suspicion.message}", indent=2)
