"""`crashworthy replay`, `show` and `bundle`: what can be done with a saved run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli.live import Progress
from crashworthy.reports.bundle import read_bundle, write_bundle
from crashworthy.reports.outputs import pair_outputs, write_outputs
from crashworthy.run.folder import create_run_folder, find_run
from crashworthy.run.judge_again import judge_again
from crashworthy.run.redact import Redactor
from crashworthy.run.replay import ReplayRequest, replay

_RUN = typer.Argument(help="A run's id, the beginning of it, 'last', or its folder.")
_PROOF = typer.Argument(help="A proof of that run, such as P1.")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("replay", epilog="[bold]Example[/]  crashworthy replay last P1")(replay_command)
    app.command("show", epilog="[bold]Example[/]  crashworthy show last --format html -o report.html")(show)
    app.command("bundle", epilog="[bold]Example[/]  crashworthy bundle last P1 -o proof.html")(bundle)


def replay_command(
    run: Annotated[str, typer.Argument(help="A run, as for `show`, or a file that `bundle` wrote.")],
    proof: Annotated[str | None, typer.Argument(help="A proof of that run, such as P1.")] = None,
    path: Annotated[
        Path | None, typer.Option(help="The service's folder now; the one that was tested by default.")
    ] = None,
    python: Annotated[Path | None, typer.Option(help="The interpreter that has the service's packages.")] = None,
) -> None:
    """Play one proof again on the service as it is now. Exits 1 if the fault still shows, 0 if it does not."""
    redactor = Redactor()
    if run.endswith(".html"):
        evidence, source = read_bundle(Path(run))
    else:
        saved = find_run(run)
        report, redactor = saved.report(), Redactor.of(saved.path)
        found = next((item for item in report.proofs if item.id == (proof or "").upper()), None)
        if found is None:
            known = ", ".join(item.id for item in report.proofs) or "none"
            problem = f"run {report.run} has no proof {proof}" if proof else "which proof is to be played?"
            raise CrashworthyError(problem, remedy=f"The proofs of run {report.run}: {known}.")
        evidence, source = redactor.restore(found), Path(report.service.path)
    request = ReplayRequest(proof=evidence, source=(path or source).resolve(), python=python)
    with Progress(Console(highlight=False)) as progress:
        result = replay(request, create_run_folder(), progress)
    typer.echo(f"{evidence.id} {evidence.title}")
    typer.echo(f"shown in {result.shown} of {result.tried} replays")
    if result.shown:
        typer.echo(f"expected: {evidence.expected}\nseen:     {redactor.redact(result).seen}")
    raise typer.Exit(1 if result.shown else 0)


def show(
    run: Annotated[str, _RUN],
    formats: Annotated[list[str] | None, typer.Option("--format", help="As for `test`.")] = None,
    outputs: Annotated[list[Path] | None, typer.Option("--output", "-o", help="As for `test`.")] = None,
) -> None:
    """Judge a saved run again by its histories and report it. Runs nothing."""
    report = judge_again(find_run(run))
    write_outputs(report, pair_outputs(formats or [], outputs or []))
    raise typer.Exit(report.judgement.exit_code)


def bundle(
    run: Annotated[str, _RUN],
    proof: Annotated[str, _PROOF],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; RUN-PROOF.html by default.")] = None,
) -> None:
    """Write one proof as one file: opens in a browser as a timeline, and `crashworthy replay FILE` plays it."""
    report = find_run(run).report()
    target = output or Path(f"{report.run}-{proof}.html")
    write_bundle(report, proof, target)
    typer.echo(target)
